// Alerts as monitors and people write them, made up after the shape of what they send. One line each: what it is, its
// text, and what is read from it: `group > topic:partitions`, with `?` where no group is labelled, `|` between alerts, `–`
// before those that are resolved, and `±` before those that are said to be both. `✂` is behind a name that is not whole.
// Add yours.

import { describe, expect, it } from 'vitest'
import { type OneAlert, readAlerts, shownName } from '../../src/request/alert.ts'

const GRAFANA = (name: string, labels: string[]) =>
  `**${name}**\n\nValue: A=12000, C=1\nLabels:\n${labels.map(label => ` - ${label}\n`).join('')}Annotations:\n - summary = too far behind\nSource: https://grafana.example/alerting/x\n`

// biome-ignore format: one line for each example
const EXAMPLES: [string, string, string][] = [
  // One alert.
  ['Alertmanager, its labels as fields', '[FIRING:1] KafkaLag\nConsumer group: orders-billing\nTopic: orders\nPartition: 3', 'orders-billing > orders:3'],
  ['Alertmanager, labels with quotes', '[FIRING:1] KafkaLag {consumergroup="orders-billing", partition="3", topic="orders"}', 'orders-billing > orders:3'],
  ['Alertmanager, labels as bullets', '*Labels:*\n  • *alertname:* `KafkaLag`\n  • *consumergroup:* `orders-billing`\n  • *topic:* `orders`\n  • *group:* `kafka-rules`', 'orders-billing > orders'],
  ['Grafana', GRAFANA('Firing', ['alertname = Lag', 'consumergroup = orders-billing', 'topic = orders']), 'orders-billing > orders'],
  ['Datadog, tags', 'Triggered: [P2] Kafka lag\nconsumer_group:orders-billing,topic:orders,partition:3,env:prod', 'orders-billing > orders:3'],
  ['Burrow', 'Cluster:  prod\nGroup:    orders-billing\nStatus:   ERROR\nComplete: 1', 'orders-billing'],
  ['Burrow, counts of partitions', 'Group: orders-billing\nTotalPartitions=12, Partitions: 12\nTopic: orders', 'orders-billing > orders'],
  ['Confluent Cloud', 'Consumer lag alert\nconsumer_group_id = orders-billing\ntopic = orders\nkafka_id = lkc-abc12', 'orders-billing > orders'],
  ['CloudWatch', 'ALARM: "kafka-lag" in EU\n- Dimensions: [Consumer Group = orders-billing] [Topic = orders] [Cluster Name = prod]', 'orders-billing > orders'],
  ['CloudWatch, JSON', '{"AlarmName":"lag","Dimensions":[{"name":"Consumer Group","value":"orders-billing"},{"name":"Topic","value":"orders"}]}', 'orders-billing > orders'],
  ['CloudWatch, its own log groups and topics', 'Log group: /aws/lambda/orders\nSNS topic: arn:aws:sns:eu:1:alerts\nSecurity group: sg-1', ''],
  ['Kafka Lag Exporter', 'KafkaLag{cluster_name="prod", group="orders-billing", topic="orders", partition="0"} 12000', 'orders-billing > orders:0'],
  ['PagerDuty', 'Triggered #123: lag\nConsumer Group\norders-billing\nTopic\norders', 'orders-billing > orders'],
  ['OpenTelemetry', 'messaging.consumer.group.name=orders-billing messaging.kafka.topic=orders', 'orders-billing'],
  ['Tencent Cloud', '【腾讯云可观测平台】告警已触发\n告警对象：ckafka-demo0001（消费分组：orders-billing，主题：orders，分区：3）\n触发时间：2026-11-29 08:00:00\n恢复时间：-', 'orders-billing > orders:3'],
  ['Tencent Cloud, the subject of a mail', '邮件主题：消费堆积\n消费组名称：orders-billing\nTopic名称：orders', 'orders-billing > orders'],
  ['logfmt', 'level=warn msg="lag is high" group=orders-billing topic=orders partition=3 lag=12000', 'orders-billing > orders:3'],
  ['JSON', '{"status":"firing","labels":{"consumer_group":"orders-billing","topic":"orders","partition":3}}', 'orders-billing > orders:3'],
  ['JSON within JSON', '{"message":"{\\"group.id\\":\\"orders-billing\\",\\"topic\\":\\"orders\\"}"}', 'orders-billing > orders'],
  ['PromQL beside it', 'expr: sum(lag{consumergroup=~"orders-.*"}) by (consumergroup, topic) > 5\nconsumergroup: orders-billing', 'orders-billing'],
  ['italics', '_Group:_ _orders-billing_\n_Topic:_ _orders_', 'orders-billing > orders'],
  ['bold and code', '*Consumer group:* `orders-billing` *Topic:* *orders*', 'orders-billing > orders'],
  ['bold around both', '*Group: orders-billing*', 'orders-billing'],
  ['a person', 'the group orders-billing is 12000 messages behind on topic orders, partition 3.', 'orders-billing > orders:3'],
  ['a person, at the end of a sentence', 'Please look at consumer group orders-billing.', 'orders-billing'],
  ['a person, in Chinese', '消费组orders-billing堆积严重，主题 orders 的分区 3 卡住了', 'orders-billing > orders:3'],
  ['a person, who labels no name', 'Consumer group lag is high, every group is behind and no topic is safe', ''],
  ['a heading before the labels', 'Consumer group alert test\nconsumergroup=orders-billing', 'orders-billing'],
  ['names without any label', 'orders-billing is behind on orders-3', ''],
  ['a bracket behind a name', 'Group: orders-billing (ckafka-demo0001)', 'orders-billing'],
  ['a sentence with quotes', "Consumer Group 'orders-billing' has lag 500 on topic 'orders' partition 2", 'orders-billing > orders:2'],
  ['a sentence that ends in a sign', 'Kafka consumer group orders-billing on topic orders-v2, partition 7: lag=12000', 'orders-billing > orders-v2:7'],
  ['a name before a colon', 'Consumer group orders-billing: lag is 5000', 'orders-billing'],
  ['labels in one line with code', '*Labels:* consumergroup=`orders-billing` topic=`orders`', 'orders-billing > orders'],
  ['a label above its value in code', 'Consumer group:\n`orders-billing`\nTopics:\n• orders\n• payments', 'orders-billing > orders payments'],
  ['a template that was not filled in', 'group: {{ $labels.consumergroup }}', ''],
  ['fullwidth signs', '消费组＝orders-billing，主题＝orders', 'orders-billing > orders'],
  ['an underscore of its own', 'group: _orders_billing\ntopic: __consumer_offsets', '_orders_billing > __consumer_offsets'],
  ['a team that is called a group', 'Group: Platform\n\nConsumer group: orders-billing', 'orders-billing'],
  ['labels after much text', `${'Some words.\n\n'.repeat(60)}consumergroup: orders-billing`, 'orders-billing'],
  // Whole values.
  ['a name with an at sign', 'consumer group: principal@test-consumer', 'principal@test-consumer'],
  ['such a name that no label calls a group', 'client: principal@test-consumer lags', ''],
  ['a name with a number sign', 'Group: orders#billing', 'orders#billing'],
  ['a name with colons', 'consumer_group:team::billing,topic:orders', 'team::billing > orders'],
  ['a name with blanks', 'Consumer group: my billing group', 'my billing group'],
  ['a name with blanks, quoted', 'The lag of consumer group "my billing group" is high', 'my billing group'],
  ['a name with blanks, in logfmt', 'group=my billing group topic=orders', 'my billing group > orders'],
  ['a key that only ends so', 'test-group: a\nsubgroup: b\ngroup_by: c\nkafka_consumergroup_lag: 5', ''],
  ['a label without a value', 'consumergroup=""\ngroup:\n\ntopic: ', ''],
  // Partitions.
  ['a list of partitions', 'Group: g\nTopic: orders\nPartitions: 0, 1, 4-6', 'g > orders:0,1,4-6'],
  ['a partition on the lines of its topics', 'group=g topic=orders partition=3\ngroup=g topic=orders partition=5\ngroup=g topic=audit partition=0', 'g > orders:3,5 audit:0'],
  ['a partition before its topic', 'partition=3 topic=orders consumergroup=g', 'g > orders:3'],
  ['a partition as Kafka writes it', 'group: g\nTopic-Partition: orders-3', 'g > orders:3'],
  ['a partition behind its topic', 'group: g\ntopic: orders:3', 'g > orders:3'],
  ['a topic that ends in a number', 'group: g\ntopic: orders-3', 'g > orders-3'],
  ['a title names the topic, and a label its partition', 'topic orders is behind\ngroup=g topic=orders partition=3', 'g > orders:3'],
  ['a partition of nobody knows which topic', 'group: g\ntopics: orders, payments\npartition: 3', 'g'],
  // Several alerts.
  ['Alertmanager, firing and resolved', '[FIRING:1, RESOLVED:1] KafkaLag\n*Alerts Firing:*\n• consumergroup: a topic: t1\n*Alerts Resolved:*\n• consumergroup: b topic: t2', 'a > t1 | – b > t2'],
  ['Grafana, resolved first', `${GRAFANA('Resolved', ['consumergroup = b', 'topic = t2'])}\n${GRAFANA('Firing', ['consumergroup = a', 'topic = t1'])}`, 'a > t1 | – b > t2'],
  ['two that are firing, with blocks of lines', 'Firing\nGroup: a\nTopic: t1\n\nGroup: b\nTopic: t2', 'a > t1 | b > t2'],
  ['two with the topic first', 'Topic: t1\nGroup: a\nTopic: t2\nGroup: b', 'a > t1 | b > t2'],
  ['a status line by line', '[RESOLVED] group=a topic=t1\n[FIRING] group=b topic=t2\n[RESOLVED] group=c', 'b > t2 | – a > t1 | – c'],
  ['a status as a field after the others', 'Group: a\nStatus: resolved\nGroup: b\nStatus: firing', 'b | – a'],
  ['a status as a field before the others', 'Status: resolved\nGroup: a\nStatus: firing\nGroup: b', 'b | – a'],
  ['a status at the end of the line', 'group: a – resolved\ngroup: b – firing', 'b | – a'],
  ['a status as an emoji', ':white_check_mark: group `a`\n:fire: group `b`', 'b | – a'],
  ['both in one line', 'firing: group=a, resolved: group=b', 'a | – b'],
  ['JSON lines', '{"status":"resolved","group":"a"}\n{"status":"firing","group":"b"}', 'b | – a'],
  ['JSON in one line, the status first', '[{"status":"firing","labels":{"group":"a"}},{"status":"resolved","labels":{"group":"b"}}]', 'a | – b'],
  ['JSON in one line, the status last', '[{"labels":{"group":"a"},"status":"resolved"},{"labels":{"group":"b"},"status":"firing"}]', 'b | – a'],
  ['JSON over lines', '{\n "status": "resolved",\n "consumergroup": "a",\n "topic": "t1"\n},\n{\n "status": "firing",\n "consumergroup": "b"\n}', 'b | – a > t1'],
  ['the same group, firing on one topic and over on another', 'Firing\ngroup: a\ntopic: t1\nResolved\ngroup: a\ntopic: t2', 'a > t1 | – a > t2'],
  ['a title for all', '[RESOLVED] KafkaLag\n\nGroup: a\n\nGroup: b', '– a | – b'],
  ['Chinese', '告警恢复\n消费组：a\n告警触发\n消费组：b', 'b | – a'],
  ['Datadog, over', 'Recovered: lag\nconsumer_group:a', '– a'],
  ['CloudWatch, over', 'OK: "kafka-lag"\nConsumer Group = a', '– a'],
  ['parts that say each their own', 'FIRING\nGroup: a\n\f\nGroup: b\n\f\nRESOLVED\nGroup: c\n\f\nGroup: d', 'a | b | d | – c'],
  ['the word in a sentence', 'this was resolved by hand last time: group a lags again', 'a'],
  ['a title that counts two, of which one is over', '[FIRING:2] lag\nGroup: a\nStatus: resolved\n\nGroup: b', 'b | – a'],
  ['each with its own title, one of them and its footer do not fit', '[FIRING:1] lag\nGroup: a\nResolved\n\f\n[FIRING:1] lag\nGroup: b', 'b | ± a'],
  ['each with its status under it', 'Group: a\nResolved\n\nGroup: b\nFiring', 'b | – a'],
  ['a field between two, of nobody knows which', 'Group: a\nStatus: resolved\nGroup: b', '– a | ± b'],
  ['titles in capitals', 'KafkaLag FIRING\ngroup=a\nKafkaLag RESOLVED\ngroup=b', 'a | – b'],
  ['lines in capitals', 'KafkaLag RESOLVED group=a\nKafkaLag FIRING group=b', 'b | – a'],
  ['one status between two, of nobody knows which', 'Group: a\nResolved\nGroup: b', '– b | ± a'],
  ['struck through beside what is not', '~group=a topic=t1~ group=b topic=t2', 'b > t2 | – a > t1'],
  ['a struck value beside the one in its place', 'Group: ~a~ b\nTopic: ~t1~\nTopic: t2', 'b > t2'],
  ['a topic that is cut', 'Group: a\nTopic: orders-…', 'a > ✂'],
  ['two groups, of which one is cut', 'group=a;b\ngroup=c', 'a;b✂ | c'],
  ['a resolved one that names nothing in whole', '[RESOLVED] lag\nTopic: orders-…', ''],
  ['a list of JSON', '"groups":["a","b"],"topic":"t"', 'a | b > t'],
  ['a name that is called so', 'the consumer group called a and the group named `b`', 'a | b'],
  ['a word between', 'Consumer group alert "kafka-lag" of group=a', 'a'],
  ['partitions behind a topic', 'Group: a\nTopic: orders:3,4', 'a > orders:3,4'],
  ['what is no topic', 'Group: a\nTopic: orders/eu', 'a > ✂'],
  ['a list of topics with more', 'Group: a\nTopics: t1, t2, +3 more', 'a > t1 t2'],
  ['a link with both', 'https://x/?group=a&topic=t', 'a > t'],
  ['a list of groups', 'Consumer groups: a, b and c', 'a | b | c'],
]

const ALERT = '[FIRING:1] KafkaLag\n'

/** One value behind a label: what of it is read. `✂`: it is not whole, so that nothing is. */
// biome-ignore format: one line for each example
const VALUES: [string, string][] = [
  ['`orders`-billing', '✂'],
  ['`orders`_billing', '✂'],
  ['`orders`.billing', '✂'],
  ['`orders`/billing', '✂'],
  ['`orders`#2', '✂'],
  ['`orders`2', '✂'],
  ['`orders``billing`', '✂'],
  ['"orders"-billing', '✂'],
  ['“orders”-billing', '✂'],
  ['pre-`orders`', '✂'],
  ['*orders*-billing', '✂'],
  ['*`orders`*-billing', '✂'],
  ['~orders~-billing', '✂'],
  ['orders;eu', '✂'],
  ['orders,eu', '✂'],
  ['orders|eu', '✂'],
  ['orders;eu, lag 5', '✂'],
  ['orders-bil (truncated)', '✂'],
  ['orders-bil [truncated]', '✂'],
  ['orders-bil(truncated)', '✂'],
  ['orders-bil truncated', '✂'],
  ['orders-bil (cut off)', '✂'],
  ['orders-bil <truncated>', '✂'],
  ['`orders-bil` (truncated)', '✂'],
  ['orders-bil（已截断）', '✂'],
  ['orders-bil…', '✂'],
  ['orders-bil...', '✂'],
  ['orders-bil..', '✂'],
  ['orders-bil …', '✂'],
  ['orders-bil ...', '✂'],
  ['orders-bil [...]', '✂'],
  ['orders-bil[…]', '✂'],
  ['"orders-bil…"', '✂'],
  ['`orders-bil...`', '✂'],
  ['`orders-bil`…', '✂'],
  ['"orders-bil', '✂'],
  ['…-billing', '✂'],
  ['...billing', '✂'],
  ['ord…ing', '✂'],
  ['orders-***', '✂'],
  ['orders-bil…, topic=orders', '✂'],
  ['`orders`\u2011billing', '✂'],
  ['`orders`—billing', '✂'],
  ['orders；eu', '✂'],
  ['orders，eu', '✂'],
  ['orders：eu', '✂'],
  ['orders-bil (trunc.)', '✂'],
  ['orders-bil (12 more characters)', '✂'],
  ['orders-bil +12 chars', '✂'],
  ['orders-bil。。。', '✂'],
  ['orders-bil ⋯', '✂'],
  ['orders|eu|us', '✂'],
  ['orders-\\`billing\\`', '✂'],
  ['a b…', '✂'],
  ['orders&topic=t', 'orders'],
  ['orders，堆积', 'orders'],
  ['orders，topic：t', 'orders'],
  ['orders，lag 5', 'orders'],
  ['orders；主题：t', 'orders'],
  ['orders(eu)', 'orders(eu)'],
  ['orders [eu]', 'orders [eu]'],
  ['orders/eu', 'orders/eu'],
  ['orders:eu', 'orders:eu'],
  ['orders+eu', 'orders+eu'],
  ['orders-*', 'orders-*'],
  ['`orders`', 'orders'],
  ['`orders`, lag 5', 'orders'],
  ['`orders`。', 'orders'],
  ['`orders`.', 'orders'],
  ['`orders`堆积', 'orders'],
  ['`orders`: lag 5', 'orders'],
  ['"`orders`"', 'orders'],
  ['**`orders`**', 'orders'],
  ['`orders` (eu)', 'orders'],
  ['orders (eu)', 'orders'],
  ['orders,topic:x', 'orders'],
  ['orders;topic=x', 'orders'],
  ['orders|topic=x', 'orders'],
  ['orders,kube_namespace:x', 'orders'],
  ['orders, lag is high…', 'orders'],
  ['orders,堆积严重', 'orders'],
  ['or.ders', 'or.ders'],
  ['a...b', 'a...b'],
]

/** What follows the labels of an alert, or stands around them, with what it makes of the alert. */
// biome-ignore format: one line for each example
const STATUSES: [string, string, '–' | '±' | ''][] = [
  ['a word under it', 'Group: a\nResolved', '–'],
  ['a word above it', 'Resolved\nGroup: a', '–'],
  ['恢复正常', '恢复正常\n消费组：a', '–'],
  ['恢复正常, in a sentence', '消费组 a 消费堆积已恢复正常', '–'],
  ['恢复正常, under it', '消费组：a\n恢复正常', '–'],
  ['已恢复', '消费组：a\n已恢复', '–'],
  ['a type of notification', '通知类型：恢复\n消费组：a', '–'],
  ['a type of notification, under it', '消费组：a\n通知类型：恢复', '–'],
  ['the title of a recovery', '【腾讯云】CKafka 消费堆积告警恢复\n消费组：a', '–'],
  ['状态', '消费组：a\n告警状态：已恢复正常', '–'],
  ['由…变为…', '消费组：a\n告警状态由异常变为正常', '–'],
  ['a time of recovery', '消费组：a\n恢复时间：2026-11-29 08:00:00', '–'],
  ['a change in words', 'State changed from ALARM to OK\nGroup: a', '–'],
  ['a change in words, under it', 'Group: a\nState changed from ALARM to OK', '–'],
  ['an arrow of signs', 'ALARM -> OK\nGroup: a', '–'],
  ['an arrow', 'Group: a\nALARM → OK', '–'],
  ['an arrow behind a label', 'Group: a\nState Change: ALARM -> OK', '–'],
  ['an arrow of colours', '🔴 → 🟢 lag\nGroup: a', '–'],
  ['now in OK', 'Group: a is now in OK status', '–'],
  ['now in OK, above', 'The monitor is now in OK status\nGroup: a', '–'],
  ['auto-resolved', 'Auto-resolved\nGroup: a', '–'],
  ['auto-resolved, under it', 'Group: a\nAuto-resolved', '–'],
  ['no longer firing', 'No longer firing\nGroup: a', '–'],
  ['no longer firing, in a sentence', 'KafkaLag is no longer firing for consumer group a', '–'],
  ['has been resolved', 'The problem has been resolved at 08:00\nGroup: a', '–'],
  ['by whom', 'Group: a\nResolved by Alice', '–'],
  ['since when', 'Group: a\nResolved at: 2026-11-29 08:00', '–'],
  ['a tag of what it was on', '[Recovered on {consumer_group:a}] lag', '–'],
  ['back to normal', 'Lag of consumer group a is back to normal', '–'],
  ['a type in English', 'Notification type: RECOVERY\nGroup: a', '–'],
  ['JSON of CloudWatch', '{"NewStateValue":"OK","OldStateValue":"ALARM"}\nConsumer Group = a', '–'],
  ['what it was, in brackets', 'Group: a\nState: OK (was ALARM)', '–'],
  ['struck through', '~group=a topic=b~', '–'],
  ['struck through, the value', 'Group: ~a~', '–'],
  ['struck through, the title', '~[FIRING:1] lag~\nGroup: a', '–'],
  ['struck through, a line of a list', '• ~Group: a~', '–'],
  ['zero that fire', '[FIRING:0, RESOLVED:1] lag\nGroup: a', '–'],
  ['a part that only says so', '\f\n[RESOLVED] lag\n\f\nGroup: a', '–'],
  ['a part that only says so, after it', 'Group: a\n\f\nResolved', '–'],
  ['a title without status, of the same group', 'Lag of consumer group a\nGroup: a\nStatus: resolved', '–'],

  ['', 'Resolved ✅ consumer group a', '–'],
  ['', 'Alert resolved: consumer group a lag', '–'],
  ['', 'KafkaLag RESOLVED group=a', '–'],
  ['', 'KafkaLag for group=a RESOLVED', '–'],
  ['', 'KafkaLag group=a [resolved at 08:00]', '–'],
  ['', 'KafkaLag group=a [RESOLVED]', '–'],
  ['', 'group=a level=ok', '–'],
  ['', 'Severity: OK\nGroup: a', '–'],
  ['', 'Health: OK\nGroup: a', '–'],
  ['', 'Result: recovered\nGroup: a', '–'],
  ['', 'Alarm cleared\nGroup: a', '–'],
  ['', 'Lag on group=a has dropped below threshold', '–'],
  ['', 'Lag of consumer group a is now below the threshold', '–'],
  ['', 'Group: a\nThe alert has self-healed', '–'],
  ['', 'Group: a\nMonitor is healthy again', '–'],
  ['', '告警解除\n消费组：a', '–'],
  ['', '【恢复】消费组：a', '–'],
  ['', '恢复：消费组 a', '–'],
  ['', '消费组 a 恢复', '–'],
  ['', '消费组：a（已恢复）', '–'],
  ['', '消费组：a 状态：恢复', '–'],
  ['', '消费组：a，当前状态为正常', '–'],
  ['', '告警结束\n消费组：a', '–'],
  ['', '消费组 a 消费堆积已消除', '–'],
  ['', '消费组 a 已经恢复正常消费', '–'],
  ['', '告警等级：恢复\n消费组：a', '–'],
  ['', '事件状态：已关闭\n消费组：a', '–'],
  ['', '触发状态：否\n消费组：a', '–'],
  ['', '是否恢复：是\n消费组：a', '–'],
  ['', '告警 → 恢复\n消费组：a', '–'],
  ['', 'Status:\nResolved\nGroup: a', '–'],
  ['', 'Group: a\n*Status:* :white_check_mark: Resolved', '–'],
  ['', 'Group: a\nStatus: 🟢', '–'],
  ['', 'Group: a\n🟢 Healthy', '–'],
  ['', 'Group: a | Status: Resolved | Topic: t', '–'],
  ['', 'Group: a is not firing anymore', '–'],
  ['', 'Group: a stopped alerting', '–'],
  ['', 'Update: this is resolved now. Group: a', '–'],
  ['', 'Group: a (edited: resolved)', '–'],
  ['', 'Group: a\nactive: false', '–'],
  ['', 'Group: a\nresolved: true', '–'],
  ['', 'Group: a\nfiring: false', '–'],
  ['', '{"event_action":"resolve","group":"a"}', '–'],
  ['', '{"eventType":"incident.resolved","group":"a"}', '–'],
  ['', 'event: incident.resolved\ngroup: a', '–'],
  ['', 'from CRITICAL to OK: group=a', '–'],
  ['', 'Group: a changed state: ALARM to OK', '–'],
  ['', 'Previous: ALARM, Current: OK\nGroup: a', '–'],
  ['', 'Old status: firing\nNew status: resolved\nGroup: a', '–'],
  ['', 'was: ALARM now: OK\nGroup: a', '–'],
  ['', 'Ended\nGroup: a', '–'],
  ['', 'Group: a\nEnded at: 2026-11-29', '–'],
  ['', 'Group: a\nDuration: 5m (ended)', '–'],

  ['a title and what is under it', '[FIRING:1] lag\nGroup: a\nResolved', '±'],
  ['a title and a field', '[FIRING:1] lag\nGroup: a\nStatus: resolved', '±'],
  ['a title of a part, and what is under it', '[FIRING:1] lag\nGroup: a\nResolved\n\f\n[RESOLVED]\nGroup: a', '±'],
  ['a title and a field, the other way', '[RESOLVED] lag\nGroup: a\nStatus: firing', '±'],
  ['two fields', 'Group: a\nStatus: firing\nState: OK', '±'],
  ['one line', '[RESOLVED] Group: a\nStatus: firing', '±'],
  ['the same alert twice', '[FIRING] group=a topic=t\n[RESOLVED] group=a topic=t', '±'],
  ['the same group twice', 'Firing\ngroup: a\n\nResolved\ngroup: a', '±'],
  ['a title and a part', '[FIRING:1] lag\nGroup: a\n\f\nResolved', '±'],
  ['Chinese', '告警触发\n消费组：a\n通知类型：恢复', '±'],

  ['', 'Group: a\nresolved: false', ''],
  ['', '是否恢复：否\n消费组：a', ''],
  ['', 'Level: normal\nGroup: a', ''],
  ['', 'Group: a\nSeverity: critical', ''],
  ['', '[RESOLVE] is a button\nGroup: a', ''],
  ['', 'the number of members fell below 2\nGroup: a', ''],
  ['', 'Lag of group a is now up to 12000', ''],
  ['', 'It is critical to resolve this\nGroup: a', ''],
  ['', 'the connection of consumer group a is closed', ''],
  ['', 'brokers are ok, but consumer group a is stuck', ''],
  ['', '网络已恢复，但消费组 a 仍在堆积', ''],
  ['', 'lag will be back to normal soon\nGroup: a', ''],
  ['', 'Last state: OK\nGroup: a', ''],
  ['', 'topic: RESOLVED-orders group: a', ''],
  ['', 'Group: a\nRunbook: how it was resolved last time', ''],
  ['', 'Lag is close to critical\nGroup: a', ''],
  ['', 'Group: a\nAction: restart', ''],
  ['', '恢复策略：自动\n消费组：a', ''],
  ['', '消费组：a\n恢复通知人：bob', ''],
  ['', 'Group: a\nTo be resolved by: platform', ''],
  ['', 'Group: a\nendsAt: 0001-01-01T00:00:00Z', ''],
  ['', 'Resolved by: –\nGroup: a', ''],
  ['', 'Group: a\nEscalates in 5m unless resolved', ''],
  ['', 'OK, so consumer group a lags', ''],
  ['ALARM', 'ALARM: "lag"\nConsumer Group = a', ''],
  ['OK -> ALARM', 'Group: a\nState Change: OK -> ALARM', ''],
  ['changed to ALARM', 'State changed from OK to ALARM\nGroup: a', ''],
  ['entered ALARM', 'The alarm "lag" has entered the ALARM state\nConsumer Group = a', ''],
  ['a previous state', 'Previous state: OK\nGroup: a', ''],
  ['not resolved yet', 'It has not been resolved\nGroup: a', ''],
  ['when it is resolved', 'Please close this when the lag is resolved\nGroup: a', ''],
  ['to be restored', '请尽快恢复正常\n消费组：a', ''],
  ['未恢复', '未恢复\n消费组：a', ''],
  ['没有恢复正常', '消费组：a 尚未恢复正常', ''],
  ['a time of recovery that is not there', '消费组：a\n恢复时间：-', ''],
  ['a time that is not there', 'Group: a\nResolved at: –', ''],
  ['none resolved', '[FIRING]\nGroup: a\nResolved: 0', ''],
  ['none under the title', '[FIRING]\nGroup: a\nAlerts Resolved:\nnone', ''],
  ['another one resolved that names no group', '[FIRING]\nGroup: a\n\n[RESOLVED] HostDown\nhost = h1', ''],
  ['a broker that is fine', 'Group: a\nBroker status: OK', ''],
  ['an instance that is fine', '消费组：a\n实例状态：正常', ''],
  ['resolved that is struck through', '~Resolved~\nGroup: a', ''],
  ['about so many', 'Group: a\nLag: ~5000, and ~6000 before', ''],
  ['acknowledged', 'Group: a\nStatus: Acknowledged', ''],
  ['a signal of a runbook', '[FIRING]\nGroup: a\n:white_check_mark: Runbook: restart it', ''],
]

function told({ group, topics, isCut, hasCutTopic }: OneAlert): string {
  const places = topics.map(
    ({ readings, partitions }) => `${shownName(readings)}${partitions === null ? '' : `:${partitions}`}`,
  )
  if (hasCutTopic) places.push('✂')
  const named = group === null ? '?' : `${shownName(group)}${isCut ? '✂' : ''}`
  return places.length === 0 ? named : `${named} > ${places.join(' ')}`
}

function allTold(text: string): string {
  const { firing, resolved, unclear } = readAlerts(text)
  const marked = (mark: string) => (each: OneAlert) => `${mark} ${told(each)}`
  return [...firing.map(told), ...resolved.map(marked('–')), ...unclear.map(marked('±'))].join(' | ')
}

describe('what is read of an alert', () => {
  it.each(EXAMPLES)('%s', (_, text, expected) => {
    expect(allTold(text)).toBe(expected)
  })

  it.each(STATUSES)('says of its status: %s %j', (_, text, mark) => {
    const read = allTold(text)
    expect(read.replace(/ > (?:b|t|RESOLVED-orders)$/, '')).toBe(`${mark}${mark === '' ? '' : ' '}a`)
  })

  for (const label of ['Group: ', 'consumer_group=', 'consumergroup: ', '消费组：', 'Topic: ']) {
    it.each(VALUES)(`labelled ${label}%s`, (value, expected) => {
      const isTopic = label.startsWith('T')
      const { firing } = readAlerts(`${ALERT}${label}${value}`)
      const cut = firing.filter(each => each.isCut || each.hasCutTopic)
      const names = firing
        .filter(each => !each.isCut)
        .flatMap(({ group, topics }) =>
          isTopic
            ? topics.map(({ readings }) => shownName(readings))
            : group === null
              ? []
              : [shownName(group)],
        )
      // `=~` is a sign of PromQL; a topic's name has none of these characters, and a comma parts two topics.
      if (label.endsWith('=') && value.startsWith('~')) return
      const isOther = /[^\w.-]/.test(expected.replace('✂', '')) || /^orders[,，]|^a |topic|主题/.test(value)
      if (isTopic && isOther) return
      expect(names).toEqual(expected === '✂' ? [] : [expected])
      expect(cut.length > 0).toBe(expected === '✂')
    })
  }

  it('is of a weak label too: a value that is not whole is none', () => {
    for (const value of [
      '`orders`-billing',
      'orders;eu',
      'orders-bil…',
      'orders-bil …',
      'orders-bil (truncated)',
    ]) {
      const { firing } = readAlerts(`the consumer group ${value} lags`)
      expect(firing.map(({ isCut }) => isCut)).toEqual([true])
    }
  })

  it('has no partition of a list that is cut, and then no topic either', () => {
    for (const partitions of ['3…', '0, 1, …', '0,1,2…', '3 (truncated)', '~3~', '`3`-5'])
      expect(allTold(`Group: a\nTopic: t\nPartition: ${partitions}`), partitions).toBe('a')
  })
})
