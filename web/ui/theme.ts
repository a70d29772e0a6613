import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** One blue for action; its seventh shade carries white text in both themes (5.55:1). */
const blue: MantineColorsTuple = [
  '#eef3fd',
  '#dbe6fa',
  '#b5cbf5',
  '#8fb1f4',
  '#6a97ea',
  '#4a7fe0',
  '#3870d8',
  '#2a63cf',
  '#2257ba',
  '#194a9f',
];

/** The head of a dialog is not that of the page. */
const noBanner = { header: { role: 'presentation' } };

export const theme = createTheme({
  colors: { blue },
  primaryColor: 'blue',
  primaryShade: 7,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '15px', xl: '17px' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '22px', lineHeight: '1.35' },
      h2: { fontSize: '17px', lineHeight: '1.35' },
      h3: { fontSize: '15px', lineHeight: '1.35' },
    },
  },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '2px', sm: '4px', md: '8px' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm' } },
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // What locks scrolling writes a style element, which the server's policy does not let stand.
    Modal: {
      defaultProps: { transitionProps: { duration: 120 }, lockScroll: false, attributes: noBanner },
    },
    Drawer: {
      defaultProps: {
        position: 'right',
        transitionProps: { duration: 120 },
        lockScroll: false,
        attributes: noBanner,
      },
    },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
});

/** The server lets styles of this page stand that carry this word, and no others. */
export const styleNonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

// What keeps the page behind a dialog from scrolling makes a style of its own, and looks for the word there.
Object.assign(globalThis, { __webpack_nonce__: styleNonce() });
