import { addWords } from '../../lib/words.ts';
import de from '../../words/de/set-aside.json' with { type: 'json' };
import en from '../../words/en/set-aside.json' with { type: 'json' };

addWords('setAside', { en, de });
