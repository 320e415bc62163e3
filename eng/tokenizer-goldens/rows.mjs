// Formats tables of numbers as C#.
const hex = (n) => '0x' + n.toString(16).toUpperCase()

const rows = (numbers) => {
  const lines = []
  let line = ''
  for (const n of numbers.map(hex)) {
    if (line.length + n.length > 140) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += n + ', '
  }
  return [...lines, line.trimEnd()].map((l) => '        ' + l).join('\n')
}

/** First and last of each run of consecutive numbers. */
export const ranges = (list) => {
  const out = []
  for (const c of list) {
    if (out.length && out.at(-1) === c - 1) out[out.length - 1] = c
    else out.push(c, c)
  }
  return out
}

export const member = (name, summary, numbers) => `
    /// <summary>${summary}</summary>
    public static ReadOnlySpan<int> ${name} =>
    [
${rows(numbers)}
    ];
`
