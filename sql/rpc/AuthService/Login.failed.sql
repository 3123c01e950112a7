-- Login, after a wrong password: remembers it, so that the next try must wait.
select login_failed(:username);
