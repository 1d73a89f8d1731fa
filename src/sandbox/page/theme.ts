// Light, dark or as the system has it: the choice, kept in this browser. It must never decide a colour: theme.css does.

import { signal } from '@preact/signals'
import { recall, remember } from './memory.ts'

export type Theme = 'system' | 'light' | 'dark'

const THEMES: readonly Theme[] = ['system', 'light', 'dark']
const KEY = 'theme'

export const theme = signal<Theme>(THEMES.find(each => each === recall('browser', KEY)) ?? 'system')

export function applyTheme(): void {
  const { dataset } = document.documentElement
  if (theme.value === 'system') delete dataset.theme
  else dataset.theme = theme.value
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system'
  remember('browser', KEY, theme.value)
  applyTheme()
}
