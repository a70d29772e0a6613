// The component library writes its variables into a style element as text, which the browser takes for
// markup. Nothing else may be written so, and text without "<" can become no element. Workers are files of ours.

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createHTML(text: string): string; createScriptURL(url: string): string },
  ): unknown;
}

const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
trustedTypes?.createPolicy('default', {
  createHTML(text) {
    if (text.includes('<')) throw new TypeError('No markup is made from text here.');
    return text;
  },
  createScriptURL(url) {
    const { origin, pathname } = new URL(url, location.href);
    if (origin === location.origin && pathname.startsWith('/assets/')) return url;
    throw new TypeError('Scripts come from nowhere but the files of these pages.');
  },
});
