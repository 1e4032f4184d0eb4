// Bundles the page into dist/, which the server's build script embeds in the binary.
//
// Everything is emitted as a file of our own (no CDN, no blob scripts, no inline script, no eval), so that the
// page works on a closed network and under a strict Content-Security-Policy.
import { rmSync } from 'node:fs';
import { defineConfig } from 'vite';

// Old hashed files would be embedded too; `emptyOutDir` is off because it would also remove dist/.gitkeep.
for (const old of ['dist/assets', 'dist/index.html', 'dist/licenses.md']) {
  rmSync(new URL(old, import.meta.url), { recursive: true, force: true });
}

export default defineConfig({
  base: '/graphiql/',
  publicDir: false,
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2022',
    sourcemap: false,
    // The licences of what is bundled travel with it.
    license: { fileName: 'licenses.md' },
    // The one place where Vite would otherwise write an inline script.
    modulePreload: { polyfill: false },
    // Monaco is one editor, not an accident: it is loaded once and cached for a year.
    chunkSizeWarningLimit: 4096,
    rolldownOptions: {
      // React's "use client" means nothing to a page without a server side; a hundred warnings would hide others.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') {
          report(level, log);
        }
      },
    },
  },
});
