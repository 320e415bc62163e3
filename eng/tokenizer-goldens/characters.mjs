// Every character that a text may have, as numbers.
export const characters = []
for (let c = 0; c < 0x110000; c++) if (c < 0xd800 || c > 0xdfff) characters.push(c)
export const text = (c) => String.fromCodePoint(c)
export const points = (s) => Array.from(s, (c) => c.codePointAt(0))
export const isHangulSyllable = (c) => c >= 0xac00 && c <= 0xd7a3
