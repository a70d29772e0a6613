import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The pages, bundled: everything comes from this server, nothing from another host. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_000,
    manifest: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // One file of what every page begins with: each file more is one more way to the server and back.
        codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] },
      },
      treeshake: {
        // Only words and rules: what of it a page does not use, such as the shapes that the server checks, stays away.
        moduleSideEffects: (id) => !id.includes('/src/core/'),
      },
    },
  },
});
