// What the bundler takes beside code.
declare module '*.css';
declare module '@fontsource-variable/inter/wght.css';
