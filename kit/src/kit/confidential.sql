-- Free texts, kept out of the log so that they can be erased with the person.
create schema confidential;
create table confidential.text (
  source text  not null collate "C",
  id     text  not null collate "C",        -- with source: the event that says that they exist
  stream uuid  not null,                    -- of that event: what an erasure goes by
  texts  jsonb not null,                    -- by name of field
  primary key (source, id)
);
create index on confidential.text (stream);
