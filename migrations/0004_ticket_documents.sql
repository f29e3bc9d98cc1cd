-- Tickets on paper: drawn when somebody asks for them, and kept while they are what would be drawn.

create table ticket_documents (
  order_id  bigint primary key references orders (id),
  version   text not null,
  asked_at  timestamptz not null default now(),
  made_at   timestamptz,
  bytes     bytea,
  check ((made_at is null) = (bytes is null))
);
-- A PDF is compressed already.
alter table ticket_documents alter column bytes set storage external;
create index ticket_documents_asked on ticket_documents (asked_at);
comment on table ticket_documents is 'The tickets of an order as a PDF, one version at a time; what was not asked for lately is removed and drawn again. Owner: ticketing service.';
comment on column ticket_documents.version is 'What was drawn: how many tickets were good, and the version of the event.';
comment on column ticket_documents.asked_at is 'When it was asked for, which began its drawing.';
comment on column ticket_documents.bytes is 'The PDF; null while it is being drawn.';
