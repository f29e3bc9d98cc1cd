/** Four colours that hold together as a print would: the ground, then three inks. */
export type Palette = readonly [ground: string, first: string, second: string, third: string]

export const PALETTES: readonly Palette[] = [
  ['#1d1a4b', '#ff5a36', '#ffc83d', '#f6efe2'],
  ['#f0b429', '#16151a', '#e4472b', '#fff3d6'],
  ['#0d3b3a', '#ff8f5c', '#f5e6c8', '#e23d4b'],
  ['#e8412f', '#1a1423', '#ffd8c2', '#f7b733'],
  ['#2450c8', '#f5f0e4', '#ffcf33', '#f0476c'],
  ['#113322', '#8acb6f', '#f3efbd', '#ff6b35'],
  ['#ff9eb0', '#4a1466', '#fff4ee', '#d61f3f'],
  ['#efeadd', '#dd2f38', '#1c4a8a', '#f1ad0c'],
  ['#220f2e', '#e0226e', '#ff8f3f', '#fbe9ec'],
  ['#07a29a', '#f6cf1b', '#0b1730', '#f4efe4'],
  ['#5a0e3c', '#fb8b24', '#ffe9d3', '#e0405e'],
  ['#b7dad6', '#143f58', '#ff6a33', '#fdfbf5'],
]
