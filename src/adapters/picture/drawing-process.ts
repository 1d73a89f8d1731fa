// The process that draws: SVG comes in, a PNG goes out, one after the other. It is a file of its own in dist, and apart from the
// product's process because it loads a binary and takes memory that a thread would not give back. It must never look at a font
// of the machine, nor at anything in an SVG that lies outside of it.

import { accessSync, constants, readFileSync } from 'node:fs'
import { Resvg } from '@resvg/resvg-js'
import type { Drawn, ToDraw } from './pictures.ts'

const FAMILY = 'Noto Sans SC'
let known: Set<string> | undefined

process.on('message', ({ number, svg, width, fonts, characters }: ToDraw) => {
  known ??= charactersOf(fonts, characters)
  process.send?.(drawn(number, svg, width, fonts, known))
})

/** Throws where a font is missing: without it everything written would be left out. */
function charactersOf(fonts: string[], file: string): Set<string> {
  for (const font of fonts) accessSync(font, constants.R_OK)
  return new Set(readFileSync(file, 'utf8'))
}

function drawn(number: number, svg: string, width: number, fonts: string[], known: Set<string>): Drawn {
  try {
    const resvg = new Resvg(seen(svg, known), {
      font: { loadSystemFonts: false, fontFiles: fonts, defaultFontFamily: FAMILY },
      fitTo: { mode: 'width', value: width },
      logLevel: 'off',
    })
    return { number, png: resvg.render().asPng() }
  } catch (error) {
    return { number, fault: error instanceof Error ? error.message : String(error) }
  }
}

/** A character that no font has would be a gap: it is a box. */
function seen(svg: string, known: Set<string>): string {
  return svg.replace(/[^\0-\x7f]/gu, character => (known.has(character) ? character : '□'))
}
