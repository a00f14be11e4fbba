"""Exports of learning platforms, with the columns that their own importers name."""

MOODLE = (
    "First name,Last name,ID number,Email address,Groups\nAnn,Lee,4711,ann@example.org,A\n"
    "Ann,Lee,4712,lee@example.org,B\n"
)
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade),"
    "Feedback comments\nParticipant 81,Ann Lee,ann@example.org,Submitted for grading,,22.00,Yes,-,\n"
    'Participant 82,李明,li@example.org,No submission,,22.00,Yes,"Monday, 5 May 2025, 9:00 AM",\n'
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework (77)\n,,,,,Manual Posting\n    Points Possible,,,,,10\n"
    '"Lee, Ann",301,u301,ann,Section 1,7\n"Lee, Ann",302,u302,lee,Section 1,\n"Student, Test",303,,,Section 1,\n'
)
