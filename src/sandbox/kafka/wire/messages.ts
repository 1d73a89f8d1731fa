// Owns which messages the simulated brokers speak: those that a client needs to find, read and set committed offsets.

import { CLUSTER_APIS } from './cluster-messages.ts'
import type { Fields, Read, Sent } from './declared.ts'
import { GROUP_APIS } from './group-messages.ts'

export interface Api {
  key: number
  oldest: number
  newest: number
  /** The first flexible version; null: none is. */
  flexibleFrom: number | null
  request: Fields
  response: Fields
}

const APIS = { ...CLUSTER_APIS, ...GROUP_APIS } satisfies Record<string, Api>

export type ApiName = keyof typeof APIS
export type RequestOf<Name extends ApiName> = Read<(typeof APIS)[Name]['request']>
export type ResponseOf<Name extends ApiName> = Sent<(typeof APIS)[Name]['response']>

export const API_NAMES = Object.keys(APIS) as ApiName[]
const BY_KEY = new Map<number, ApiName>(API_NAMES.map(name => [APIS[name].key, name]))

export const apiOfKey = (key: number): ApiName | undefined => BY_KEY.get(key)
export const apiOf = (name: ApiName): Api => APIS[name]
