-- Up Migration

-- The guards of one department and one place, and what they hold back.
create index people_department on people (lower(facts ->> 'department'));
create index people_location on people (lower(facts ->> 'location'));
create index cases_quarantined on cases (id) where state = 'quarantined';
