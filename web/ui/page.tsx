import { type ReactNode, useEffect } from 'react';
import { useSession } from '../lib/session.ts';

/** What every page has: one title, what it is about, and what can be done on it; the first act is the main one. */
export function Page({
  title,
  about,
  acts,
  children,
}: {
  title: string;
  about?: ReactNode;
  acts?: ReactNode;
  children: ReactNode;
}) {
  const { company } = useSession();
  useEffect(() => {
    document.title = `${title} · Gatehouse · ${company.name}`;
  }, [title, company.name]);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>{title}</h1>
          {about}
        </div>
        {acts && <div className="acts">{acts}</div>}
      </div>
      {children}
    </>
  );
}
