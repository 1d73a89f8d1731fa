// By which words a message labels what a value is, and with which a sentence goes on behind one.

const SPECIAL =
  'consumer[ _.-]?groups?(?:[ _.-]?(?:id|name)s?)?|group[ _.-]?(?:id|name)s?|消费者?分?组(?:名称?|id)?'
const TOPIC = 'topics?(?:[ _.-]?names?|名称?)?|主题(?:名称?)?'
const PARTITION = 'partitions?(?:[ _.-]?(?:id|no|number|index))?|分区(?:号|id|编号)?'
export const KEYS = `(?<special>${SPECIAL})|(?<both>topic[ _./-]?partitions?)|(?<topic>${TOPIC})|(?<partition>${PARTITION})|(?<general>groups?)`
/** A name may follow a Chinese key at once. */
export const NOT_LONGER = '(?:(?<=[^\\0-\\x7f])|(?![A-Za-z0-9@/#-]|_[A-Za-z0-9]|\\.[A-Za-z0-9]))'
/** `:` and `=`, but not `::`, `=~` and `==`; or as a pair of JSON, `"name":"Topic","value":`. */
export const SIGN = '(?:=>|[:：](?![:：])|=(?![=~])|＝|,\\s?["\']?value["\']?\\s?[:=])'
export const NEXT_KEY = `(?:${KEYS.replace(/\?<\w+>/g, '?:')})${NOT_LONGER}`
/** With these a sentence goes on after a name. */
export const GOES_ON = [
  ...[
    'is',
    "isn[’']t",
    'was',
    'are',
    'were',
    'has',
    'have',
    'had',
    'lags?',
    'lagging',
    'lagged',
    'behind',
    'on',
    'in',
  ],
  ...[
    'at',
    'for',
    'of',
    'to',
    'with',
    'from',
    'by',
    'since',
    'because',
    'after',
    'before',
    'until',
    'while',
    'when',
  ],
  ...[
    'which',
    'that',
    'who',
    'and',
    'but',
    'or',
    'not',
    'no',
    'cannot',
    'can',
    "can[’']t",
    'does',
    'do',
    'did',
    'fell',
  ],
  ...[
    'falls?',
    'falling',
    'keeps?',
    'stopped',
    'stops?',
    'stuck',
    'stalled',
    'exceeds?',
    'exceeded',
    'reached',
    'above',
  ],
  ...[
    'over',
    'under',
    'below',
    'needs?',
    'please',
    'now',
    'again',
    'consum(?:es|ed|ing)',
    'reads?',
    'reading',
    'as',
    'so',
  ],
  ...[
    'consumers?',
    'members?',
    'offsets?',
    'rebalanc(?:es|ed|ing)',
    'firing',
    'resolved',
    'changed',
    'recovered',
    'status',
    'state',
  ],
].join('|')
export const GOES_ON_ZH =
  '堆积|积压|尚|仍|又|再|也|还|一直|突然|正在|卡|挂|没|不|今天|昨天|刚|延迟|滞后|的|在|发生|出现|存在|消费|未消费|已|超过|有|未|告警|恢复|触发'
