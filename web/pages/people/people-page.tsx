import { Button, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import type { Person, PersonPage } from '#api/contract/people.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Wide } from '../../ui/wide.tsx';
import { SetAsideNote } from '../set-aside/set-aside-note.tsx';
import '../../ui/panels.css';
import './people.css';
import './words.ts';

const route = getRouteApi('/inside/people');

/** Everybody HR knows: find anybody. */
export function PeoplePage() {
  const t = useWords('people');
  const { text, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const mayImport = useMay('people.import');
  const query = useRead<PersonPage>('/people', { text, cursor, limit: 100 });
  const router = useRouter();
  const find = useDebouncedCallback((wanted: string) => {
    // Whoever has pressed a link meanwhile is on the way there.
    if (router.latestLocation.pathname !== '/people') return;
    void navigate({ search: wanted ? { text: wanted } : {}, replace: true });
  }, 200);
  return (
    <Page
      title={t('title')}
      acts={
        mayImport && (
          <Button component={Link} to="/people/import" variant="default">
            {t('import')}
          </Button>
        )
      }
    >
      <SetAsideNote />
      <search className="filters">
        <TextInput
          aria-label={t('find')}
          placeholder={t('find')}
          defaultValue={text ?? ''}
          onChange={(event) => find(event.currentTarget.value)}
        />
      </search>
      <Loaded query={query}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty>{text ? t('noneFound', { text }) : t('none')}</Empty>
          ) : (
            <>
              <People people={items} />
              <div className="pages">
                {cursor && (
                  <Button
                    variant="default"
                    onClick={() => void navigate({ search: text ? { text } : {} })}
                  >
                    {t('firstPage')}
                  </Button>
                )}
                {nextCursor && (
                  <Button
                    variant="default"
                    onClick={() =>
                      void navigate({ search: { ...(text ? { text } : {}), cursor: nextCursor } })
                    }
                  >
                    {t('nextPage')}
                  </Button>
                )}
              </div>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function People({ people }: { people: readonly Person[] }) {
  const t = useWords('people');
  return (
    <Wide className="card" label={t('title')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('person')}</th>
            <th scope="col">{t('team')}</th>
            <th scope="col">{t('place')}</th>
            <th scope="col">{t('employment')}</th>
            <th scope="col">{t('number')}</th>
          </tr>
        </thead>
        <tbody>
          {people.map((it) => (
            <tr key={it.id}>
              <td>
                <Link className="row-link" to="/people/$id" params={{ id: it.id }}>
                  {it.name}
                </Link>
                <span className="under">{it.email}</span>
              </td>
              <td>
                {it.department ?? t('notTold')}
                {it.title && <span className="under">{it.title}</span>}
              </td>
              <td>{[it.location, it.country].filter(Boolean).join(', ') || t('notTold')}</td>
              <td>{it.employmentType ? t(`types.${it.employmentType}`) : t('notTold')}</td>
              <td>
                {it.personId}
                {it.employmentId !== it.personId && it.employmentId !== '1' && (
                  <span className="under">{t('employmentId', { id: it.employmentId })}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
