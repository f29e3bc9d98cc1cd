-- An access token is good for minutes, and what tells every process that it no longer is stands in
-- its user's row: without the row, whoever was deleted would go on with the rights they had.

create function refuse_to_delete_users() returns trigger language plpgsql as $$
begin
  raise exception 'users are not deleted: suspend them, and overwrite name and e-mail address to forget them'
    using errcode = 'restrict_violation';
end $$;
create trigger users_are_kept before delete on users for each row execute function refuse_to_delete_users();
