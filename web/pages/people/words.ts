import { addWords } from '../../lib/words.ts';
import de from '../../words/de/people.json' with { type: 'json' };
import en from '../../words/en/people.json' with { type: 'json' };

addWords('people', { en, de });
