import { useMay } from '../lib/session.ts';
import { useWords } from '../lib/words.ts';
import { Go } from './go.tsx';

/** The main act of the pages about who leaves; for who may open a case. */
export function RequestDeparture() {
  const t = useWords();
  if (!useMay('case.open')) return null;
  return (
    <Go to="/request" className="button">
      {t('requestDeparture')}
    </Go>
  );
}
