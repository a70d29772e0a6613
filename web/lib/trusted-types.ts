// The component library writes its variables into a style element as text, which the browser takes for
// markup. Nothing else may be written so, and text without "<" can become no element. The one script that is
// not part of a page by its build computes where maps draw their steps, in a worker.

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createHTML(text: string): string; createScriptURL(address: string): string },
  ): unknown;
}

const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
trustedTypes?.createPolicy('default', {
  createHTML(text) {
    if (text.includes('<')) throw new TypeError('No markup is made from text here.');
    return text;
  },
  createScriptURL(address) {
    const { origin, pathname } = new URL(address, location.href);
    if (origin === location.origin && /^\/assets\/layout-worker-[\w-]+\.js$/.test(pathname))
      return address;
    throw new TypeError('No other script is begun from here.');
  },
});
