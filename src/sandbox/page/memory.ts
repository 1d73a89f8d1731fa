// What the page remembers of its reader: for this browser, or for this tab alone. It must never fail where a browser
// forbids it: the page then simply forgets.

const PREFIX = 'rewind.'

type Scope = 'browser' | 'tab'

const storageOf = (scope: Scope): Storage => (scope === 'browser' ? localStorage : sessionStorage)

export function recall(scope: Scope, key: string): string | null {
  try {
    return storageOf(scope).getItem(PREFIX + key)
  } catch {
    return null
  }
}

export function remember(scope: Scope, key: string, value: string): void {
  try {
    storageOf(scope).setItem(PREFIX + key, value)
  } catch {
    // Private windows may have no storage.
  }
}
