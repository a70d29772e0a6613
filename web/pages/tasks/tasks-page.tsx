import { getRouteApi } from '@tanstack/react-router';
import type { ApprovalPage } from '#api/contract/approvals.ts';
import type { Task, TaskPage as TasksRead } from '#api/contract/tasks.ts';
import { address } from '../../lib/api.ts';
import { useNow } from '../../lib/clock.ts';
import { useEverything } from '../../lib/everything.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { addWords, currentLanguage, useWords } from '../../lib/words.ts';
import { Go, useGo } from '../../ui/go.tsx';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import deDeparture from '../../words/de/departure.json' with { type: 'json' };
import de from '../../words/de/tasks.json' with { type: 'json' };
import enDeparture from '../../words/en/departure.json' with { type: 'json' };
import en from '../../words/en/tasks.json' with { type: 'json' };
import { ApprovalCard } from '../cases/approvals.tsx';
import { dateText, dueOf, placeAfter, sortOf, toneOf } from './due.ts';
import type { TasksSearch } from './search.ts';
import { TaskView } from './task-view.tsx';
import './tasks.css';

addWords('tasks', { en, de });
addWords('departure', { en: enDeparture, de: deDeparture });

const ofList = getRouteApi('/inside/tasks');
const ofOne = getRouteApi('/inside/tasks/$taskId');

/** What do I owe, by when, and what counts as done? */
export function TasksPage() {
  return <Panes search={ofList.useSearch()} taskId={null} />;
}

/** One task by its own address; the list stands beside it where there is room. */
export function TaskPage() {
  return <Panes search={ofOne.useSearch()} taskId={ofOne.useParams().taskId} />;
}

const pathOf = (id: string | null, { of }: TasksSearch) =>
  address(id === null ? '/tasks' : `/tasks/${encodeURIComponent(id)}`, { of });

function Panes({ search, taskId }: { search: TasksSearch; taskId: string | null }) {
  const t = useWords('tasks');
  const isOfOthers = useMay('case.read');
  const isMine = search.of !== 'everybody' || !isOfOthers;
  const query = useEverything<TasksRead>('/tasks', isMine ? { mine: true } : {});
  return (
    <Page title={t('common:pages.tasks')}>
      <div className="panes" {...(taskId === null ? {} : { 'data-chosen': true })}>
        <div className="pane-list">
          {isOfOthers && <Whose search={search} taskId={taskId} />}
          <Loaded query={query}>
            {(tasks) => <List tasks={tasks} search={search} taskId={taskId} />}
          </Loaded>
          <Decisions />
        </div>
        <div className="pane-one">
          {taskId === null ? (
            <div className="card">
              <Empty>{t('choose')}</Empty>
            </div>
          ) : (
            <TaskView key={taskId} id={taskId} back={pathOf(null, search)} />
          )}
        </div>
      </div>
    </Page>
  );
}

function Whose({ search, taskId }: { search: TasksSearch; taskId: string | null }) {
  const t = useWords('tasks');
  return (
    <nav className="views" aria-label={t('whose')}>
      {([undefined, 'everybody'] as const).map((of) => (
        <Go
          key={of ?? 'mine'}
          to={pathOf(taskId, of ? { of } : {})}
          aria-current={of === search.of ? 'true' : undefined}
        >
          {t(`of.${of ?? 'mine'}`)}
        </Go>
      ))}
    </nav>
  );
}

interface ListOf {
  readonly tasks: readonly Task[];
  readonly search: TasksSearch;
  readonly taskId: string | null;
}

function List({ tasks, search, taskId }: ListOf) {
  const t = useWords('tasks');
  const go = useGo();
  const at = tasks.findIndex((it) => it.id === taskId);
  const move = (by: 1 | -1) => {
    const next = tasks[placeAfter(at, by, tasks.length)];
    if (next) go(pathOf(next.id, search));
  };
  useShortcuts({ j: () => move(1), k: () => move(-1) });
  if (tasks.length === 0) {
    return (
      <div className="card">
        <Empty>{t(search.of ? 'noneAtAll' : 'none')}</Empty>
      </div>
    );
  }
  return (
    <ul className="task-list card">
      {tasks.map((it) => (
        <li key={it.id}>
          <Row it={it} to={pathOf(it.id, search)} isCurrent={it.id === taskId} search={search} />
        </li>
      ))}
    </ul>
  );
}

function Row({
  it,
  to,
  isCurrent,
  search,
}: {
  it: Task;
  to: string;
  isCurrent: boolean;
  search: TasksSearch;
}) {
  const t = useWords('tasks');
  const now = useNow();
  const due = dueOf(it, now);
  const when = it.deadline && dateText(it.deadline, it.zone, currentLanguage(), now);
  const more = [
    t(`sorts.${sortOf(it)}`),
    it.person,
    ...(search.of ? [it.askedOf.map(({ name }) => name).join(', ')] : []),
  ];
  return (
    <Go to={to} className="task-row" aria-current={isCurrent ? 'true' : undefined}>
      <span className="task-title">{it.title}</span>
      <span className="task-due" data-tone={toneOf[due]}>
        {when ? t(due === 'over' ? 'wasDue' : 'due', { when }) : t('noDate')}
      </span>
      <span className="task-more">{more.filter(Boolean).join(' · ')}</span>
      {it.moreTime && (
        <span className="task-more" data-tone="due-soon">
          {t('asksForTime', { who: it.moreTime.byName })}
        </span>
      )}
    </Go>
  );
}

/** What the viewer may approve or deny: whoever sees no departures finds it here alone. */
function Decisions() {
  const t = useWords('tasks');
  const enabled = useMay('approval.decide');
  const { company } = useSession();
  const { data } = useRead<ApprovalPage>('/approvals', { mine: true, limit: 50 }, { enabled });
  const waiting = data?.items.filter((it) => it.standing === 'waiting' && it.mayDecide) ?? [];
  if (waiting.length === 0) return null;
  return (
    <section aria-labelledby="decisions" className="decisions">
      <h2 id="decisions" className="part">
        {t('decisions')}
      </h2>
      {waiting.map((it) => (
        <div key={it.id}>
          <p className="aside">{t('about', { who: it.person })}</p>
          <ApprovalCard approval={it} zone={company.zone} />
        </div>
      ))}
    </section>
  );
}
