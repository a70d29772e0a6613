import { useMemo } from 'react';
import type { ConnectionPage } from '#api/contract/connections.ts';
import { useRead } from './queries.ts';
import { useMay } from './session.ts';

/** Names connections as people named them; for whoever may not read them, by their ids. */
export function useConnectionNames(): (id: string) => string {
  const enabled = useMay('connection.read');
  const { data } = useRead<ConnectionPage>('/connections', {}, { enabled });
  return useMemo(() => {
    const names = new Map(data?.items.map(({ id, name }) => [id, name]));
    return (id) => names.get(id) ?? id;
  }, [data]);
}
