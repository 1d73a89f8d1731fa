// Alerts as they arrive in Slack, made up after the shape of what monitors send: text, attachments and blocks. One entry
// each: what it is, the message, and what is read from it, written as in test/request/alert.examples.test.ts. Add yours.

import { describe, expect, it } from 'vitest'
import { alertText } from '../../../../src/adapters/slack/reset-form/alert-text.ts'
import { ALERT_MAX, type OneAlert, readAlerts, shownName } from '../../../../src/request/alert.ts'

type Json = Record<string, unknown>
const section = (text: string): Json => ({ type: 'section', text: { type: 'mrkdwn', text } })
const header = (text: string): Json => ({ type: 'header', text: { type: 'plain_text', text } })
const context = (...texts: string[]): Json => ({
  type: 'context',
  elements: texts.map(text => ({ type: 'mrkdwn', text })),
})
const fields = (...texts: string[]): Json => ({
  type: 'section',
  fields: texts.map(text => ({ type: 'mrkdwn', text })),
})
const short = (values: Record<string, string>) =>
  Object.entries(values).map(([title, value]) => ({ title, value, short: true }))
const buttons = (...texts: string[]): Json => ({
  type: 'actions',
  elements: texts.map(text => ({ type: 'button', text: { type: 'plain_text', text } })),
})
const divider: Json = { type: 'divider' }
const text = (said: string): Json => ({ text: said })
const rich = (...elements: Json[]): Json => ({
  text: '',
  blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }],
})
const run = (said: string, style: Json = {}): Json => ({ type: 'text', text: said, style })

// biome-ignore format: a few lines for each message
const MESSAGES: [string, Json, string][] = [
  // Prometheus Alertmanager
  ['Alertmanager, its default message', { text: '', attachments: [{ fallback: '[FIRING:1] KafkaLag (prod) | http://am', title: '[FIRING:1] KafkaLag kafka-exporter (orders-billing prod orders warning)', title_link: 'http://am', footer: '' }] }, ''],
  ['Alertmanager, a template of labels', { attachments: [{ color: 'danger', title: '[FIRING:1] KafkaConsumerLag', text: '*Alert:* Consumer lag is high - `critical`\n*Description:* Consumer group orders-billing is behind on topic orders\n*Details:*\n • *alertname:* `KafkaConsumerLag`\n • *consumergroup:* `orders-billing`\n • *topic:* `orders`\n • *partition:* `3`\n • *severity:* `critical`' }] }, 'orders-billing > orders:3'],
  ['Alertmanager, resolved', { attachments: [{ color: 'good', title: '[RESOLVED] KafkaConsumerLag', text: '*Alert:* Consumer lag is high - `critical`\n*Details:*\n • *consumergroup:* `orders-billing`\n • *topic:* `orders`' }] }, '– orders-billing > orders'],
  ['Alertmanager, firing and resolved in one', { attachments: [{ title: '[FIRING:1, RESOLVED:1] KafkaConsumerLag', text: 'Alerts Firing:\nLabels:\n - consumergroup = a\n - topic = t1\nAnnotations:\n - summary = behind\nSource: http://p/graph?g0.expr=x\n\nAlerts Resolved:\nLabels:\n - consumergroup = b\n - topic = t2\nSource: http://p/graph?g0.expr=x' }] }, 'a > t1 | – b > t2'],
  ['Alertmanager, a status field for each', { attachments: [{ title: '[FIRING:2] KafkaConsumerLag', text: '*Status:* firing\n*Group:* a\n*Topic:* t1\n\n*Status:* resolved\n*Group:* b\n*Topic:* t2\n\n*Status:* firing\n*Group:* c' }] }, 'a > t1 | c | – b > t2'],
  ['Alertmanager, JSON', text('{"receiver":"slack","status":"resolved","alerts":[{"status":"resolved","labels":{"alertname":"Lag","consumergroup":"a","topic":"t1"},"startsAt":"2026-11-29T08:00:00Z","endsAt":"2026-11-29T09:00:00Z"}]}'), '– a > t1'],
  ['Alertmanager, JSON, firing', text('{"receiver":"slack","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"Lag","consumergroup":"a","topic":"t1","partition":"2"},"endsAt":"0001-01-01T00:00:00Z"}]}'), 'a > t1:2'],
  ['Alertmanager, its own ellipsis', { attachments: [{ title: '[FIRING:1] Lag', text: 'consumergroup: orders-billing-european-w…' }] }, 'orders-billing-european-w…✂'],
  ['Prometheus, a rule that names its own expression', { attachments: [{ title: '[FIRING:1] Lag', text: 'expr: sum by (consumergroup, topic) (kafka_consumergroup_lag) > 1000\nconsumergroup="a" topic="t1"' }] }, 'a > t1'],
  // Grafana
  ['Grafana, unified alerting', { attachments: [{ color: '#D63232', title: '[FIRING:1] Lag Kafka (a t1)', text: '**Firing**\n\nValue: A=12000, C=1\nLabels:\n - alertname = Lag\n - consumergroup = a\n - grafana_folder = Kafka\n - topic = t1\nAnnotations:\n - summary = too far behind\nSource: http://g/alerting/x?orgId=1\nSilence: http://g/alerting/silence/new?matcher=alertname%3DLag', footer: 'Grafana v11.1.0', fallback: 'x' }] }, 'a > t1'],
  ['Grafana, resolved', { attachments: [{ color: '#36a64f', title: '[RESOLVED] Lag Kafka (a t1)', text: '**Resolved**\n\nValue: A=0, C=0\nLabels:\n - consumergroup = a\n - topic = t1', footer: 'Grafana v11.1.0' }] }, '– a > t1'],
  ['Grafana, legacy', { attachments: [{ color: 'danger', title: '[Alerting] Kafka lag', text: 'Lag is high', fields: short({ '{consumergroup="a", topic="t1"}': '12000' }), footer: 'Grafana v7' }] }, 'a > t1'],
  ['Grafana, legacy, over', { attachments: [{ color: 'good', title: '[OK] Kafka lag', fields: short({ '{consumergroup="a", topic="t1"}': '0' }), footer: 'Grafana v7' }] }, '– a > t1'],
  ['Grafana, no data', { attachments: [{ title: '[No Data] Kafka lag', fields: short({ consumergroup: 'a' }) }] }, 'a'],
  ['Grafana OnCall, resolved by somebody', { attachments: [{ text: '*<http://oncall/1|#12 Kafka lag>* via Kafka', blocks: [section('*Status*: resolved by bob\n*Group:* a')] }] }, '– a'],
  // Datadog
  ['Datadog, triggered', { attachments: [{ title: 'Triggered: [P2] Kafka lag on consumer_group:a,topic:t1', text: 'Lag is above 1000.\n@slack-kafka\n`sum(last_5m):max:kafka.consumer_lag{*} by {consumer_group,topic} > 1000`', fields: short({ Notified: '@slack-kafka' }) }] }, 'a > t1'],
  ['Datadog, triggered on tags', { attachments: [{ title: '[Triggered on {consumer_group:a,topic:t1}] Kafka lag', text: 'The monitor was last triggered at Sun Nov 29 2026 08:00:00 UTC' }] }, 'a > t1'],
  ['Datadog, recovered on tags', { attachments: [{ title: '[Recovered on {consumer_group:a,topic:t1}] Kafka lag', text: 'The monitor was last triggered at Sun Nov 29 2026 08:00:00 UTC' }] }, '– a > t1'],
  ['Datadog, re-triggered', { attachments: [{ title: '[Re-Triggered on {consumer_group:a}] Kafka lag', text: '' }] }, 'a'],
  ['Datadog, tags with keys alone', { attachments: [{ title: 'Warn: Kafka lag', fields: short({ Tags: 'env:prod, consumer_group:a, kafka, topic:t1' }) }] }, 'a > t1'],
  ['Datadog, tags glued with keys alone', { attachments: [{ title: 'Warn: Kafka lag', text: 'consumer_group:a,prod,topic:t1' }] }, 'a,prod✂ > t1'],
  ['Datadog, an ellipsis for more tags', { attachments: [{ title: 'Triggered: Kafka lag', text: 'consumer_group:a, topic:t1, +3 more' }] }, 'a > t1'],
  // CloudWatch
  ['CloudWatch through AWS Chatbot', { attachments: [{ title: 'CloudWatch Alarm | kafka-lag | eu-west-1 | Account: 123', text: 'Threshold Crossed: 1 datapoint [12000.0] was greater than the threshold (1000.0).', fields: short({ 'Alarm state': 'ALARM', Dimensions: 'Consumer Group=a, Topic=t1, Cluster Name=prod' }) }] }, 'a > t1'],
  ['CloudWatch, OK', { attachments: [{ title: 'OK: "kafka-lag" in EU (Ireland)', text: 'The alarm "kafka-lag" has entered the OK state.\n- State Change: ALARM -> OK\n- Dimensions: [Consumer Group = a] [Topic = t1]' }] }, '– a > t1'],
  ['CloudWatch, the mail', text('You are receiving this email because your Amazon CloudWatch Alarm "kafka-lag" in the EU (Ireland) region has entered the ALARM state, because "Threshold Crossed".\n\nAlarm Details:\n- Name: kafka-lag\n- State Change: OK -> ALARM\n\nMonitored Metric:\n- Dimensions: [Consumer Group = a] [Topic = t1] [Cluster Name = prod]'), 'a > t1'],
  ['CloudWatch, the mail of an OK', text('You are receiving this email because your Amazon CloudWatch Alarm "kafka-lag" in the EU (Ireland) region has entered the OK state, because "Threshold".\n\nAlarm Details:\n- State Change: ALARM -> OK\n\nMonitored Metric:\n- Dimensions: [Consumer Group = a] [Topic = t1]'), '– a > t1'],
  ['CloudWatch, JSON of SNS', text('{"AlarmName":"kafka-lag","NewStateValue":"ALARM","OldStateValue":"OK","Trigger":{"Dimensions":[{"value":"a","name":"Consumer Group"},{"value":"t1","name":"Topic"}]}}'), ''],
  ['CloudWatch, JSON of SNS, over', text('{"AlarmName":"kafka-lag","NewStateValue":"OK","OldStateValue":"ALARM","Trigger":{"Dimensions":[{"name":"Consumer Group","value":"a"},{"name":"Topic","value":"t1"}]}}'), '– a > t1'],
  ['CloudWatch, not enough data', text('INSUFFICIENT_DATA: kafka-lag\nState Change: OK -> INSUFFICIENT_DATA\nConsumer Group = a'), 'a'],
  // Tencent Cloud
  ['腾讯云，触发', text('【腾讯云可观测平台】您好，您的账号（账号ID：100，昵称：prod）的消息队列CKafka告警已触发\n告警对象：ckafka-demo0001 | 消费组：a | 主题：t1\n告警内容：消费堆积 > 1000\n触发时间：2026-11-29 08:00:00\n告警策略：lag'), 'a > t1'],
  ['腾讯云，恢复', text('【腾讯云可观测平台】您好，您的账号（账号ID：100，昵称：prod）的消息队列CKafka告警已恢复\n告警对象：ckafka-demo0001 | 消费组：a | 主题：t1\n告警内容：消费堆积 > 1000\n触发时间：2026-11-29 08:00:00\n恢复时间：2026-11-29 09:00:00'), '– a > t1'],
  ['腾讯云，状态在后', text('云监控告警\n告警类型：指标告警\n消费分组：a\n主题：t1\n当前状态：恢复正常\n持续时长：10分钟'), '– a > t1'],
  ['腾讯云，告警状态', text('告警状态：告警中\n实例ID：ckafka-demo0001\n实例状态：正常\n消费组名称：a\nTopic名称：t1'), 'a > t1'],
  ['飞书的转发', { text: '', blocks: [header('✅ 告警恢复通知'), fields('*消费组：*\na', '*主题：*\nt1'), context('通知类型：恢复')] }, '– a > t1'],
  ['夜莺', text('级别状态: S2 Recovered\n规则名称: 消费堆积\n监控指标: consumergroup=a topic=t1\n恢复时间: 2026-11-29 09:00:00\n发送时间: 2026-11-29 09:00:01'), '– a > t1'],
  ['夜莺，触发', text('级别状态: S2 Triggered\n规则名称: 消费堆积\n监控指标: consumergroup=a topic=t1\n触发时间: 2026-11-29 09:00:00'), 'a > t1'],
  ['阿里云', text('【阿里云监控】应用分组-prod-消息队列 Kafka 版\n告警恢复：消费组 a 的消息堆积量\n主题：t1'), '– a > t1'],
  ['人写的', text('消费组 a 又堆积了，主题 t1 分区 3 一直不动，帮忙看下'), 'a > t1:3'],
  ['人写的，已好', text('消费组 a 的堆积已经恢复了'), '– a'],
  // PagerDuty
  ['PagerDuty, triggered', { attachments: [{ color: 'danger', blocks: [section('*<https://x.pagerduty.com/i/1|#123: Kafka lag>*\n*Status:* Triggered  *Urgency:* High'), fields('*Consumer Group:*\na', '*Topic:*\nt1'), buttons('Acknowledge', 'Resolve', 'Add note')] }] }, 'a > t1'],
  ['PagerDuty, resolved', { attachments: [{ color: 'good', blocks: [section('*Resolved #123: Kafka lag*'), fields('*Consumer Group:*\na', '*Topic:*\nt1'), context('Resolved by Alice via web')] }] }, '– a > t1'],
  ['PagerDuty, resolved under the details', { attachments: [{ blocks: [section('*#123: Kafka lag*\nConsumer group: a'), context(':white_check_mark: *Resolved* by Alice')] }] }, '– a'],
  ['PagerDuty, struck and resolved', { attachments: [{ blocks: [section('~*Triggered* #123: Kafka lag~\nConsumer group: a'), context('Auto-resolved')] }] }, '– a'],
  ['Opsgenie, with a button called Close', { attachments: [{ title: '#12: Kafka lag', fields: short({ Priority: 'P2', Tags: 'consumer_group:a, topic:t1' }) , actions: [{ text: 'Close' }] }], blocks: [buttons('Ack', 'Close')] }, 'a > t1'],
  ['Opsgenie, closed', { attachments: [{ title: 'Alert #12: Kafka lag is closed', text: 'Consumer group: a' }] }, '– a'],
  // Burrow and exporters
  ['Burrow', text('Kafka consumer lag\nCluster: prod\nGroup: a\nStatus: STALL\nTopic: t1\nPartition: 3\nOffset: 100 - 100\nLag: 500'), 'a > t1:3'],
  ['Burrow, over', text('Cluster: prod\nGroup: a\nStatus: OK\nComplete: 1.0'), '– a'],
  ['Burrow, several partitions', text('Group: a\nStatus: ERR\nt1:3 STALL\nTopic: t1 Partition: 3 Status: STALL\nTopic: t1 Partition: 5 Status: STOP'), 'a > t1:3,5'],
  ['kafka-lag-exporter', text('🔥 kafka_consumergroup_group_lag{cluster_name="prod",group="a",topic="t1",partition="0",member_host="/10.0.0.1",client_id="c"} 12000'), 'a > t1:0'],
  ['kafka-lag-exporter, over', text('✅ kafka_consumergroup_group_lag{cluster_name="prod",group="a",topic="t1",partition="0"} 0'), '– a > t1:0'],
  ['KMinion', text('kminion_kafka_consumer_group_topic_lag{group_id="a",topic_name="t1"} = 12000'), 'a > t1'],
  // Zabbix and others
  ['Zabbix, a problem', { attachments: [{ title: 'Problem: Kafka lag of consumer group a is high', text: 'Problem started at 08:00:00 on 2026.11.29\nHost: kafka-1\nSeverity: High\nOperational data: 12000\nOriginal problem ID: 77' }] }, 'a'],
  ['Zabbix, resolved', { attachments: [{ title: 'Resolved in 5m 3s: Kafka lag of consumer group a is high', text: 'Problem has been resolved at 08:05:03 on 2026.11.29\nProblem duration: 5m 3s\nHost: kafka-1' }] }, '– a'],
  ['Zabbix, a status', text('Trigger: lag on {group:a}\nTrigger status: OK\nTrigger severity: High'), '– a'],
  ['New Relic, closed', { attachments: [{ pretext: 'Incident #12 closed', title: 'Kafka lag', fields: short({ 'consumer.group': 'a', Topic: 't1' }) }] }, '– a > t1'],
  ['Sentry-like, a link on the name', text('*Lag* of consumer group <https://x/a|a> on topic <https://x/t1|t1>'), 'a > t1'],
  ['a divider between two', { blocks: [section('[RESOLVED]\nGroup: a'), divider, section('[FIRING]\nGroup: b')] }, 'b | – a'],
  ['each with its context', { blocks: [section('*Group:* a'), context('Resolved'), divider, section('*Group:* b'), context('Firing')] }, 'b | – a'],
  ['rich text, all struck through', rich(run('Consumer group ', { strike: true }), run('a', { strike: true, code: true }), run(' lags on topic t1', { strike: true })), '– a > t1'],
  ['rich text, code glued to text', rich(run('Consumer group '), run('orders', { code: true }), run('-billing lags')), '`orders`-billing✂'],
  ['rich text, a fix under it', rich(run('Consumer group a lags\n'), run('resolved', { bold: true })), '– a'],
  ['a person, who asks', text('can someone reset consumer group a? it is stuck since the deploy'), 'a'],
  ['a person, who cut it', text('consumer group orders-bil... is behind again'), 'orders-bil...✂'],
  ['a table of preformatted text', text('```GROUP  TOPIC  PARTITION  LAG\na      t1     0          500```'), ''],
]

function told({ group, topics, isCut, hasCutTopic }: OneAlert): string {
  const places = topics.map(
    ({ readings, partitions }) => `${shownName(readings)}${partitions === null ? '' : `:${partitions}`}`,
  )
  if (hasCutTopic) places.push('✂')
  const called = group === null ? '?' : `${shownName(group)}${isCut ? '✂' : ''}`
  return places.length === 0 ? called : `${called} > ${places.join(' ')}`
}

describe('what is read of a message', () => {
  it.each(MESSAGES)('%s', (_, message, expected) => {
    const { firing, resolved, unclear } = readAlerts(alertText(message, ALERT_MAX))
    const marked = (mark: string) => (each: OneAlert) => `${mark} ${told(each)}`
    const all = [...firing.map(told), ...resolved.map(marked('–')), ...unclear.map(marked('±'))]
    expect(all.join(' | ')).toBe(expected)
  })
})
