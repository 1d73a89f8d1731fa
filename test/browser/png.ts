// Reads a PNG (8 bits a channel, not interlaced, as Chromium and the product write it), and makes a screenshot small enough for
// a repository: 256 colours, which a page with two themes hardly needs.
// Chunks, filters and colour types: https://www.w3.org/TR/png-3/

import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE_BYTES = 8
const COLOURS = 256
const CHANNELS: Record<number, number> = { 2: 3, 6: 4 }
const PALETTE_TYPE = 3

export interface Pixels {
  width: number
  height: number
  /** One number per pixel, 0xrrggbb, row by row. */
  pixels: Uint32Array
}

export function withPalette(png: Buffer): Buffer {
  const { width, height, pixels } = decodePng(png)
  const { palette, indexOf } = chooseColours(pixels)
  const rows = Buffer.alloc((width + 1) * height)
  // The first byte of a row is its filter, and none is best for a palette.
  for (let at = 0; at < pixels.length; at++)
    rows[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = indexOf.get(pixels[at] ?? 0) ?? 0
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, PALETTE_TYPE, 0, 0, 0], 8)
  return Buffer.concat([
    png.subarray(0, SIGNATURE_BYTES),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(channelsOf))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

export function decodePng(png: Buffer): Pixels {
  const data: Buffer[] = []
  let [width, height, type] = [0, 0, 0]
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const name = png.toString('latin1', at + 4, at + 8)
    const body = png.subarray(at + 8, at + 8 + length)
    if (name === 'IHDR') {
      width = body.readUInt32BE(0)
      height = body.readUInt32BE(4)
      type = body[9] ?? 0
    }
    if (name === 'IDAT') data.push(body)
    at += length + 12
  }
  const channels = CHANNELS[type]
  if (channels === undefined) throw new Error(`a screenshot of colour type ${type}`)
  const bytes = unfilter(inflateSync(Buffer.concat(data)), width * channels, channels)
  const pixels = new Uint32Array(width * height)
  for (let pixel = 0, at = 0; pixel < pixels.length; pixel++, at += channels)
    pixels[pixel] = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
  return { width, height, pixels }
}

/** Undoes what was subtracted from every byte: its neighbour to the left, above, or a guess from both. */
function unfilter(filtered: Buffer, stride: number, channels: number): Buffer {
  const rows = filtered.length / (stride + 1)
  const bytes = Buffer.alloc(rows * stride)
  for (let row = 0; row < rows; row++) {
    const filter = filtered[row * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x++) {
      const at = row * stride + x
      const left = x < channels ? 0 : (bytes[at - channels] ?? 0)
      const above = row === 0 ? 0 : (bytes[at - stride] ?? 0)
      const corner = x < channels || row === 0 ? 0 : (bytes[at - stride - channels] ?? 0)
      bytes[at] = (filtered[row * (stride + 1) + 1 + x] ?? 0) + guessOf(filter, left, above, corner)
    }
  }
  return bytes
}

function guessOf(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 1:
      return left
    case 2:
      return above
    case 3:
      return (left + above) >> 1
    case 4:
      return paeth(left, above, corner)
    default:
      return 0
  }
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner
  const toLeft = Math.abs(guess - left)
  const toAbove = Math.abs(guess - above)
  const toCorner = Math.abs(guess - corner)
  if (toLeft <= toAbove && toLeft <= toCorner) return left
  return toAbove <= toCorner ? above : corner
}

/**
 * The most frequent colour of every shade first, so that a small green dot stays green; then the most frequent of the
 * rest. Every other colour becomes the nearest of these.
 */
function chooseColours(pixels: Uint32Array): { palette: number[]; indexOf: Map<number, number> } {
  const counts = new Map<number, number>()
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const colours = [...counts].sort(([, one], [, other]) => other - one).map(([colour]) => colour)
  const shades = new Map<number, number>()
  for (const colour of colours) if (!shades.has(shadeOf(colour))) shades.set(shadeOf(colour), colour)
  const palette = [...new Set([...shades.values(), ...colours])].slice(0, COLOURS)
  const indexOf = new Map<number, number>()
  for (const colour of colours) {
    const distances = palette.map(each => distance(each, colour))
    indexOf.set(colour, distances.indexOf(Math.min(...distances)))
  }
  return { palette, indexOf }
}

/** The three upper bits of each channel. */
function shadeOf(colour: number): number {
  return colour & 0xe0e0e0
}

function distance(one: number, other: number): number {
  const others = channelsOf(other)
  return channelsOf(one).reduce((sum, channel, index) => sum + (channel - (others[index] ?? 0)) ** 2, 0)
}

function channelsOf(colour: number): number[] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255]
}

function chunk(name: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), body])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}
