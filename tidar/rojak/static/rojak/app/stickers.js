/** What a sticker says. Pure. */

/** The checkpoint code in a sticker's text: the sticker's address, or the code itself; "" when it is none of ours. */
export function codeOf(text) {
  const said = text.trim();
  const found = said.match(/\/titik\/([\w.-]{2,60})\/?$/) ?? said.match(/^([\w.-]{2,60})$/);
  return found ? found[1] : "";
}

/** The pack's checkpoint row of a sticker, or null. */
export function checkpointOf(pack, text) {
  const code = codeOf(text);
  return (code && pack?.checkpoints?.find(([own]) => own.toLowerCase() === code.toLowerCase())) || null;
}
