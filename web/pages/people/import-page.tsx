import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import type { ImportReport } from '#api/contract/people.ts';
import { useAct } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { Page } from '../../ui/page.tsx';
import { Refused } from '../../ui/refused.tsx';
import { Wide } from '../../ui/wide.tsx';
import '../../ui/panels.css';
import './people.css';
import './words.ts';

/** People and departures from a file: good rows go in, each bad one is named. */
export function ImportPage() {
  const t = useWords('people');
  const [file, setFile] = useState<File | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const bring = useAct<ImportReport>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!file) return input.current?.focus();
    bring.mutate({
      method: 'POST',
      path: '/people/import',
      body: new Blob([file], { type: 'text/csv' }),
    });
  };
  return (
    <Page
      title={t('importTitle')}
      about={
        <Link className="under" to="/people">
          {t('backToAll')}
        </Link>
      }
    >
      <form className="card panel form" noValidate onSubmit={submit}>
        <p className="part-about">{t('importAbout')}</p>
        <div>
          <label className="file-label" htmlFor="file">
            {t('file')}
          </label>
          <input
            id="file"
            ref={input}
            type="file"
            accept=".csv,text/csv"
            onChange={(event) => {
              setFile(event.currentTarget.files?.[0] ?? null);
              bring.reset();
            }}
          />
        </div>
        <Refused error={bring.error} />
        <div className="form-acts">
          <Button type="submit" disabled={!file} loading={bring.isPending}>
            {t('bringIn')}
          </Button>
          {bring.isPending && <span role="status">{t('bringingIn')}</span>}
        </div>
      </form>
      {bring.data && <Report of={bring.data} />}
    </Page>
  );
}

function Report({ of }: { of: ImportReport }) {
  const t = useWords('people');
  return (
    <div className="report">
      <section className="card panel" aria-labelledby="report">
        <h2 id="report">{t('report')}</h2>
        {of.setAside ? (
          <p className="warning" role="status">
            {t('fileSetAside')}{' '}
            <Link to="/set-aside/$id" params={{ id: of.setAside.feed }}>
              {t('lookAtIt')}
            </Link>
          </p>
        ) : (
          <p role="status">
            {t('taken', { count: of.people })} {t('changed', { count: of.changed })}{' '}
            {t('refusedRows', { count: of.refused.length })}
          </p>
        )}
        {of.unknownColumns.length > 0 && (
          <p className="warning">{t('unknownColumns', { names: of.unknownColumns.join(', ') })}</p>
        )}
      </section>
      {of.refused.length > 0 && (
        <section className="card" aria-labelledby="refused">
          <h2 id="refused" className="in-card">
            {t('refused')}
          </h2>
          <Wide label={t('refused')}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('line')}</th>
                  <th scope="col">{t('column')}</th>
                  <th scope="col">{t('found')}</th>
                  <th scope="col">{t('expected')}</th>
                </tr>
              </thead>
              <tbody>
                {of.refused.map((it) => (
                  <tr key={`${it.line} ${it.column} ${it.expected}`}>
                    <td>{it.line}</td>
                    <td>{it.column ?? t('wholeRow')}</td>
                    <td className="breaks">{it.found}</td>
                    <td className="breaks">{it.expected}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
        </section>
      )}
      {of.departures.length > 0 && (
        <section className="card" aria-labelledby="moves">
          <h2 id="moves" className="in-card">
            {t('moves')}
          </h2>
          <Wide label={t('moves')}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('line')}</th>
                  <th scope="col">{t('becameOfIt')}</th>
                </tr>
              </thead>
              <tbody>
                {of.departures.map((it) => (
                  <tr key={it.line}>
                    <td>{it.line}</td>
                    <td>
                      {it.caseId ? (
                        <a className="row-link" href={`/departures/${it.caseId}`}>
                          {it.detail}
                        </a>
                      ) : (
                        it.detail
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
        </section>
      )}
    </div>
  );
}
