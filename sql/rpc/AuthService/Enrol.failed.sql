-- Enrol, after a wrong code: remembers it, so that the next try must wait.
select login_failed(:username);
