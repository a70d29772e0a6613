-- Up Migration

-- Whoever is next of an approved list is found at once, however long it is.
create index bulk_people_to_begin on bulk_people (bulk_start, attempts, line)
  where standing = 'starts' and outcome is null;
