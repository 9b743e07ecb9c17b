/** Texts without what no two runs have alike. Pure. */

export function anonymous(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.\w{6}\b)?/g, '<uuid>')
    .replace(/\b(hv)?[sb]\.[A-Za-z0-9_-]{20,}(\.\w+)?/g, '<token>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, '<time>')
    .replace(/\b[A-Za-z0-9]{24}(\.\w{5,6})?\b/g, '<id>')
    .replace(/\bh([0-9a-f]{64}|[A-Za-z0-9]{24})(\.\w{5,6})?\b/g, '<lease>');
}
