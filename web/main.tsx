import './lib/trusted-types.ts';
import './ui/styles.ts';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './lib/queries.ts';
import { startWords } from './lib/words.ts';
import { router } from './routes.tsx';
import { styleNonce, theme } from './ui/theme.ts';

/** Shown when something is said, which is never before the first page. */
const Notices = lazy(() =>
  import('@mantine/notifications').then((it) => ({ default: it.Notifications })),
);

await startWords();
createRoot(document.querySelector('#page')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Suspense>
          <Notices position="bottom-right" autoClose={10_000} />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
