import './lib/trusted-types.ts';
import './ui/styles.ts';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './lib/queries.ts';
import { soon } from './lib/soon.ts';
import { Speaking } from './lib/words.ts';
import { router } from './routes.tsx';
import { Notices } from './ui/notices.tsx';
import { styleNonce, theme } from './ui/theme.ts';

/** Everything, on the page that the address names. */
function show(): void {
  createRoot(document.querySelector('#page')!).render(
    <StrictMode>
      <Speaking>
        <MantineProvider
          theme={theme}
          defaultColorScheme="auto"
          getStyleNonce={styleNonce}
          withGlobalClasses={false}
        >
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
            <Notices />
          </QueryClientProvider>
        </MantineProvider>
      </Speaking>
    </StrictMode>,
  );
}

// React shows what follows an empty page no sooner than 300 ms after that, so there is none where it can be helped.
void soon(router.load()).then(show);
