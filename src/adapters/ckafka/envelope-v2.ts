// Reads the JSON of API 2.0 answers: the envelope, and the data of a reset. It must never guess: what does not fit is a
// problem in words, and offsets are bigint from text to record, so that no digit is lost.
// The field names differ between pages of the documentation (message and msg, error_code and err_code): both are read.

import { z } from 'zod'
import type { ApiCode, PartitionReport, TopicReport } from '../../request/api-answer.ts'
import { check, int64, parseJson, type Read, shown, smallInt, text } from './fields.ts'

export interface Envelope {
  code: number
  /** CKafka's own code, `1049` of `(1049)group is not empty`. */
  moduleCode: number | null
  /** Without the module code, fit to be shown. */
  message: string
  data: unknown
  /** The whole answer: some actions put their fields beside `code`. */
  whole: unknown
}

const envelopeSchema = z.object({ code: smallInt, message: text, msg: text, data: z.unknown().optional() })

const errorFields = {
  error_code: smallInt.nullish(),
  err_code: smallInt.nullish(),
  error_msg: text,
  err_msg: text,
}
const partitionSchema = z.object({ ...errorFields, partition: smallInt, offset: int64.nullish() })
const topicSchema = z.object({
  ...errorFields,
  topic: z.string().min(1),
  partitions: z.array(partitionSchema).nullish(),
})
const resetSchema = z.object({ succ: z.array(topicSchema).nullish(), failed: z.array(topicSchema).nullish() })

export function readEnvelope(body: string): Read<Envelope> {
  const json = parseJson(body)
  if (!json.ok) return json
  const read = check(envelopeSchema, json.value, '')
  if (!read.ok) return read
  const { code, message, msg, data } = read.value
  const whole = message || msg || ''
  const [prefix, moduleCode] = /^\((-?\d{1,9})\)/.exec(whole) ?? []
  return {
    ok: true,
    value: {
      code,
      moduleCode: moduleCode === undefined ? null : Number(moduleCode),
      message: shown(whole.slice(prefix?.length ?? 0)),
      data,
      whole: json.value,
    },
  }
}

/**
 * `data` of SetGroupOffsets, succeeded and failed topics alike. Without data there are no reports, which proves nothing.
 * The page calls `data` an array and shows an object; both are read.
 */
export function readResetData(data: unknown): Read<TopicReport[]> {
  if (data === undefined || data === null) return { ok: true, value: [] }
  const read = check(
    Array.isArray(data) ? z.array(resetSchema) : resetSchema.transform(one => [one]),
    data,
    'data',
  )
  if (!read.ok) return read
  return {
    ok: true,
    value: read.value.flatMap(({ succ, failed }) => [
      ...(succ ?? []).map(entry => topicReport(entry, 0)),
      ...(failed ?? []).map(entry => topicReport(entry, UNNAMED_FAILURE)),
    ]),
  }
}

/** A topic listed as failed has failed, even when it names no error. */
const UNNAMED_FAILURE = 'none'

function topicReport(entry: z.output<typeof topicSchema>, codeWhenUnnamed: ApiCode): TopicReport {
  return {
    topic: entry.topic,
    errorCode: errorCodeOf(entry) || codeWhenUnnamed,
    errorMessage: errorMessageOf(entry),
    partitions: (entry.partitions ?? []).map(partitionReport),
  }
}

function partitionReport(entry: z.output<typeof partitionSchema>): PartitionReport {
  const { partition, offset } = entry
  return {
    partition,
    // Kafka's −1 means that there is no committed offset.
    offset: offset === undefined || offset === null || offset < 0n ? null : offset,
    errorCode: errorCodeOf(entry),
    errorMessage: errorMessageOf(entry),
  }
}

interface ErrorFields {
  error_code?: number | null | undefined
  err_code?: number | null | undefined
  error_msg?: string | null | undefined
  err_msg?: string | null | undefined
}

function errorCodeOf({ error_code, err_code }: ErrorFields): number {
  return error_code || err_code || 0
}

function errorMessageOf({ error_msg, err_msg }: ErrorFields): string {
  return shown(error_msg || err_msg || '')
}
