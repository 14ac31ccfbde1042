/** @file Numbers as a person reads and types them. */

/** Four significant digits, without idle zeros. */
export function format(value, integer) {
  if (integer) return String(Math.round(value));
  const [digits, exponent] = value.toPrecision(4).split("e");
  const tidy = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return exponent ? `${tidy}e${Number(exponent)}` : tidy;
}

/** What a person typed as a number; a comma may stand for the point. NaN if it is none. */
export function parse(text) {
  const plain = text.trim().replace("−", "-").replace(/^([^.,]*),([^.,]*)$/, "$1.$2");
  return plain ? Number(plain) : NaN;
}
