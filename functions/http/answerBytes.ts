/** How long an answer is on its way out: API Gateway is handed the body as a string in JSON, escapes and all. */

export function answerBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
