// The commands of the command line that touch the database's content. Each takes what stands behind its name and gives the exit
// code.

#pragma once

int command_regions(int argc, char **argv); // regions import FILE.csv
int command_offices(int argc, char **argv); // offices make
int command_audit(int argc, char **argv);   // audit seal | export-seal | verify | erase ID
int command_user(int argc, char **argv);    // user add NAME … | password NAME | grant NAME … | disable NAME
int command_users(int argc, char **argv);   // users import ROSTER.csv
int command_reports(int argc, char **argv); // reports write FOLDER
int command_seal(int argc, char **argv);    // seal rotate | reindex
