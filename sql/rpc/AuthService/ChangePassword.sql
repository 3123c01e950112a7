-- ChangePassword: the new one's hash stands in its place by now. Ends the caller's other sessions.
select change_my_password(:new_password);
