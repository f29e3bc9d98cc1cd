/** QR codes, with the light margin of four modules that scanners look for. */
import { encode } from 'uqr'
import { twoColourPng } from './two-colour-png.ts'

const MARGIN_MODULES = 4
/** As large as a phone shows it, and whole for every module, so that no edge is blurred. */
const PNG_PIXELS_PER_MODULE = 12

/** Rows of modules, true for a dark one, with the margin. */
export function qrMatrix(text: string): boolean[][] {
  // M bears the loss of 15 %: a fold or a thumb.
  return encode(text, { ecc: 'M', border: MARGIN_MODULES }).data
}

/** One path of dark strips, in units of modules: `M4 4h7v1h-7z…` */
export function qrPath(matrix: readonly (readonly boolean[])[]): string {
  let path = ''
  for (const [y, row] of matrix.entries()) {
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] !== true) continue
      let end = x
      while (row[end] === true) end += 1
      path += `M${x} ${y}h${end - x}v1h${x - end}z`
      x = end
    }
  }
  return path
}

export function qrSvg(text: string): Buffer {
  const matrix = qrMatrix(text)
  const side = matrix.length
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${qrPath(matrix)}"/></svg>`,
  )
}

export function qrPng(text: string): Buffer {
  return twoColourPng(qrMatrix(text), PNG_PIXELS_PER_MODULE)
}
