import { addWords } from '../../lib/words.ts';
import de from '../../words/de/connections.json' with { type: 'json' };
import en from '../../words/en/connections.json' with { type: 'json' };

addWords('connections', { en, de });
