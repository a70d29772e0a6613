import './lib/trusted-types.ts';
import './ui/styles.ts';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './lib/queries.ts';
import { startWords } from './lib/words.ts';
import { router } from './routes.tsx';
import { styleNonce, theme } from './ui/theme.ts';

await startWords();
createRoot(document.querySelector('#page')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Notifications position="bottom-right" autoClose={10_000} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
