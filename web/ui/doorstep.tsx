import { type ReactNode, useEffect } from 'react';

/** What somebody sees who is not signed in yet: one card, and nothing of what is behind it. */
export function Doorstep({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Gatehouse`;
  }, [title]);
  return (
    <main className="doorstep">
      <div className="card">
        <p className="doorstep-name">Gatehouse</p>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
