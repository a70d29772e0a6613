// The component library writes its variables into a style element as text, which the browser takes for
// markup. Nothing else may be written so, and text without "<" can become no element.

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(text: string): string }): unknown;
}

const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
trustedTypes?.createPolicy('default', {
  createHTML(text) {
    if (text.includes('<')) throw new TypeError('No markup is made from text here.');
    return text;
  },
});
