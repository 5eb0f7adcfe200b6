/** Takes a line of a key, a number and a word; with a bug that no single change of a good line brings about. */
export function parse(text: string): boolean {
  const [key = '', number = '', word = ''] = text.split(' ');
  const value = Number.parseInt(number, 16);
  if (Number.isNaN(value)) return false;
  if (value > 200) {
    if (word.length > 3) {
      if (key.includes('=')) {
        if (word.endsWith(';')) throw new TypeError('planted');
      }
    }
  }
  return true;
}
