# Every text that adda shows to a person, whether a page or a script draws it.
# Arguments in braces come from people or from settings and may be in any script.

app-name = adda
app-description = A self-hosted place to talk.
page-title = { $page } · { $site }
page-title-unread = ({ $count }) { $page } · { $site }
home-link = adda, home
skip-to-main = Skip to the main part

## Forms for getting in

field-username = Username
field-username-hint = 2 to 32 letters, digits, dots, hyphens or underscores. It stays yours for good.
field-name = Name
field-name-hint = What people see. Left empty, it is your username.
field-password = Password
field-new-password = New password
field-password-hint = At least 8 characters. A few words in a row are easy to keep in mind.
password-show = Show the password
password-hide = Hide the password

setup-title = Make the first account
setup-words = You are the first one here. This account looks after the place: it can invite people and renew the invitation.
setup-action = Open the house

signup-title = Come in
signup-action = Make an account
signup-invited = { $who } invites you.
signup-invited-room = { $who } invites you to { $room }.
signup-invited-guest = You come as a guest: you see this room and the people in it.
signup-anyone-words = You need none here:
signup-have-account = You have an account already?
signup-closed-title = An invitation is needed
signup-closed-words = Accounts are made here by invitation only. Ask somebody who is in for the link, and open it in full: a piece may have been lost on the way, or the link may have been renewed since.

login-title = Sign in
login-action = Sign in
login-remember = Keep me signed in
login-no-account = New here?
login-unsent = What you wrote
login-unsent-words = You are signed out, so this was not sent. Copy it, sign in, and send it again.
login-needs-invitation = New here? Ask somebody who is in for the invitation link. If you forgot your password, whoever runs this place can give you a link to set a new one.

reset-title = Set a new password
reset-words-first = You were added as { $username }: that is the name you sign in with. Choose a password, and you are in.
reset-words = For the account { $username }. All its other sign-ins end when you save it.
reset-action = Save and sign in
reset-invalid-words = Whoever runs this place can make a new one for you.

logout-action = Sign out

door-rules = House rules
door-contact = Whom to turn to
waiting-title = Almost there
waiting-words = Your account is made, { $name }. Somebody who looks after this place has to let you in. Until then there is nothing more here for you.
waiting-again = Look again

## Looking after the site

admin-people = Everyone’s accounts
admin-heading = Looking after this place
admin-nav = Looking after this place
admin-nav-people = Accounts
admin-nav-invitations = Invitations
admin-nav-rooms = Rooms
admin-nav-messages = Messages
admin-nav-reports = Reports
admin-nav-site = The site
admin-nav-log = What was done
admin-log = What was done
admin-log-none = Nothing yet.
admin-search = Find by name
admin-count = { $count ->
    [one] One account
   *[other] { $count } accounts
}
admin-inactive = out of use
admin-everyone = All accounts
admin-waits = waits to be let in
admin-waiting = { $count ->
    [one] { $count } person waits to be let in
   *[other] { $count } people wait to be let in
}
admin-let-in = Let in
admin-refuse = Refuse
admin-rooms = Everyone’s rooms
admin-rooms-words = Open and closed rooms. Of closed ones you see their names, their people and roughly how large they are; you can neither read nor search them unless you belong to them. Whoever has the server’s disk can read what is on it. Direct conversations are not listed.
admin-rooms-count = { $count ->
    [0] No room has that in its name.
    [one] { $count } room
   *[other] { $count } rooms
}
admin-room-open = Open
admin-room-closed = Closed
admin-room-look = Look after it
admin-room-messages = { $count ->
    [0] no messages
    [one] { $count } message
   *[other] { $count } messages
}
admin-room-below = fewer than { $count } messages
admin-room-words = Kept here: { $size }. What is said here only members read; whoever has the server’s disk can read what is on it.
admin-room-install-words = If nobody is left who can look after the room, make a member an owner. The room is told of it.
admin-site = The site
site-done = That is saved.
site-done-everybody = Everybody is being added. That may take a while where there are many.
site-looks = Name and words
site-name = Name of the site
site-name-hint = In titles, at the door and where it is installed. Left empty, it is adda.
site-accent = Colour of links and buttons
site-rules = House rules
site-rules-hint = Shown at sign-in and sign-up, at most 4,000 characters. Links become links.
site-contact = Whom to turn to
site-contact-hint = Shown at sign-in and sign-up, at most 300 characters.
site-logo = A picture for the door
site-logo-file = A picture
site-logo-hint = PNG, JPEG, WebP or GIF, at most 8 MB. Shown at sign-in and sign-up, up to 256 × 96 pixels.
site-rights = Who may do what
site-signup = Who may make an account
site-signup-locked = Set by whoever runs the server, with { $variable }.
site-versions = Members can read what a message said before it was edited
site-versions-hint = Else only its author and those who look after the room can. Its author can delete that.
site-approves = Somebody has to let new people in
site-approves-hint = Holds for accounts that people make themselves where everyone may. Until then they see nothing, and nobody sees them.
site-makes-rooms = Who may make rooms
site-starts-directs = Who may start direct conversations
site-starts-directs-hint = Those that have begun go on.
site-emoji-only = Reactions are emoji only
site-emoji-only-hint = Otherwise they can be a few words too, of up to 16 characters. Those that are there stay.
site-newcomers = Rooms that newcomers join
site-newcomers-words = Whoever gets an account belongs to these open rooms from the first moment, but for guests.
site-room = Name of an open room
site-everybody = Add everybody who has an account
site-everybody-words = Those who left one of these rooms, or were removed, stay out.
setting-empty = nothing
setting-name = the name of the site
setting-accent = the colour of links and buttons
setting-accent-indigo = Indigo
setting-accent-teal = Teal
setting-accent-moss = Moss
setting-accent-ochre = Ochre
setting-accent-plum = Plum
setting-accent-slate = Slate
setting-contact = whom to turn to
setting-house-rules = the house rules
setting-signup = who may make an account
setting-signup-invite = Whoever is invited
setting-signup-open = Everyone who can reach the site
setting-signup-closed = Nobody
setting-approval = whether somebody has to let new people in
setting-approval-on = Yes
setting-approval-off = No
setting-rooms = who may make rooms
setting-rooms-members = Everybody but guests
setting-rooms-administrators = Administrators
setting-directs = who may start direct conversations
setting-directs-members = Everybody but guests
setting-directs-administrators = Administrators
setting-directs-nobody = Nobody
setting-versions = whether members read what messages said before they were edited
setting-versions-on = Yes
setting-versions-off = No
setting-reactions = whether messages are answered by emoji only
setting-reactions-on = Yes
setting-reactions-off = No
admin-awaited = added, and has not come yet
admin-change = Change
admin-role = Role
admin-sign-out = Sign out everywhere
admin-reset = Make a link for a new password
admin-picture = Remove the picture
admin-reset-first = Make their link anew
admin-suspended = suspended until { $until } UTC
admin-suspend = Suspend
admin-suspend-for = For how long
admin-suspend-hours = { $hours ->
    [1] For an hour
    [24] For a day
    [168] For a week
   *[other] For { $hours } hours
}
admin-resume = End the suspension
admin-deactivate = Take out of use
admin-reactivate = Take into use again
admin-reset-words = { $days ->
    [one] With this link { $name } chooses a new password. It works once, for a day. It is not shown again.
   *[other] With this link { $name } chooses a password. It works once, for { $days } days, and ends the one that was made before. It is not shown again.
}
adding-link = Add people by a list
adding-title = Add people
adding-list = The list
adding-people = Their names, a line for each
adding-people-hint = At most 200. A line is a name, or a name and a username: “Ada Lovelace”, “Ada Lovelace, ada”, “Ada Lovelace <ada>”. Whoever is given no username gets one made of their name.
adding-role = They become
adding-rooms = Rooms
adding-rooms-hint = At most ten, beside those that everybody joins. Guests see these alone.
adding-look = Look it over
adding-look-again = Look it over again
adding-looked = Looked over
adding-make = { $count ->
    [one] Make the account
   *[other] Make { $count } accounts
}
adding-make-words = For each you get a link with which they choose a password, as a sheet to be printed and cut apart. The links are shown once.
adding-wrong = { $count ->
    [one] One line cannot be taken as it is. Mend it below.
   *[other] { $count } lines cannot be taken as they are. Mend them below.
}
sheet-title = Links for those who were added
sheet-words = Print this sheet, cut it apart, and give each their own card: whoever has a card can take that account. The links are not shown again. One that is lost is made anew under the accounts.
sheet-part = Not all accounts were made. These were; look the list over again for the others.
sheet-print = Print
sheet-username = You sign in as
sheet-card = Scan the code, or type the address below, and choose a password. It works once, until { $day }.
sheet-code = The link as a QR code
role-administrator = Administrator
role-member = Member
role-guest = Guest
role-bot = Program
audit-role = { $who } gave { $whom } another role: { $role }
audit-deactivated = { $who } took the account of { $whom } out of use
audit-reactivated = { $who } took the account of { $whom } into use again
audit-suspended = { $who } suspended { $whom } for { $span }
audit-resumed = { $who } ended the suspension of { $whom }
audit-reported-deleted = { $who } deleted a message by { $whom } that was reported
audit-report-dismissed = { $who } dismissed a report of a message by { $whom }
audit-signed-out = { $who } signed { $whom } out everywhere
audit-picture-removed = { $who } removed the picture of { $whom }
audit-reset-link = { $who } made a link with which { $whom } chooses a new password
audit-room-deleted = { $who } deleted the room { $whom }
audit-messages-deleted = { $count ->
    [one] { $who } deleted a message in { $whom }
   *[other] { $who } deleted { $count } messages in { $whom }
}
audit-setting = { $who } changed { $what }: { $from } → { $to }
audit-logo = { $who } gave the site another picture
audit-logo-removed = { $who } removed the picture of the site
audit-let-in = { $who } let { $whom } in
audit-refused = { $who } refused to let { $whom } in
audit-newcomers-room = { $who } added { $whom } to the rooms that newcomers join
audit-newcomers-room-ended = { $who } took { $whom } out of the rooms that newcomers join
audit-everybody-added = { $who } added everybody to the rooms that newcomers join
audit-owner-installed = { $who } made { $detail } an owner of the room { $whom }
audit-account-made = { $who } made an account for { $whom }
audit-invitation = { $who } renewed the invitation link
audit-invitation-ended = { $who } ended the invitation link
audit-invitation-made = { $who } made an invitation
audit-invitation-made-open = { $who } made an invitation into { $whom }
audit-invitation-made-closed = { $who } made an invitation into a room for its members
audit-invitation-revoked = { $who } ended an invitation of { $whom }
audit-members-invite-on = { $who } let members make invitations
audit-members-invite-off = { $who } let only administrators make invitations
audit-other = { $who } did something to { $whom }

## One's own account

settings-title = Your account
settings-link = Your account
settings-profile = What others see
settings-picture = Your picture
settings-picture-file = A picture of you
settings-picture-hint = PNG, JPEG, WebP or GIF, at most 8 MB. Its middle is shown in a circle; where and when it was taken is not kept.
settings-picture-remove = Remove the picture
settings-about = About you
settings-about-hint = A few words, at most 500 characters. Everybody who knows you here can read them.
settings-status-emoji = Emoji
settings-status = What you are up to
settings-status-until = For how long
settings-status-ever = Until I change it
settings-status-hours = { $hours ->
    [one] An hour
    [4] Four hours
    [24] A day
    [168] A week
   *[other] { $hours } hours
}
settings-invisible = Nobody sees that I am here, or that I type
settings-hides-last-seen = Nobody sees when I was last here
settings-hides-reading = Nobody sees what I have read, and I do not see it of others
settings-notifications = Notifications
settings-keywords = Words that I want to be told of
settings-keywords-hint = One a line, at most 20, as if they named you: what you look after, or what others call you.
settings-undisturbed = Do not disturb
settings-undisturbed-not = Not now: I am told as usual
settings-undisturbed-until = Until { $time }
settings-undisturbed-minutes = { $minutes ->
    [30] For half an hour
    [60] For an hour
    [240] For four hours
   *[other] For { $minutes } minutes
}
settings-undisturbed-tomorrow = Until tomorrow, 8:00
settings-quiet = Quiet hours, every day
settings-quiet-from = From
settings-quiet-to = to
settings-time-zone = Your time zone
settings-time-zone-hint = As in Europe/Berlin or Asia/Dhaka.
settings-quiet-words = While nothing is to disturb you, you are told of no message by itself, on any device. What is unread is counted all the same.
browser-notifications = In this browser
browser-notifications-no-script = Your browser shows no notifications of adda while its scripts are switched off.
browser-notifications-off = This browser shows no notifications. Turn them on, and it asks whether adda may.
browser-notifications-on = This browser notifies you while adda is open in it and you look at something else.
browser-notifications-insecure = This browser shows notifications only of sites that are reached by https, and this one is not.
browser-notifications-home-screen = On an iPhone or iPad, add adda to the Home Screen first (Share, then Add to Home Screen), and open it from there.
browser-notifications-unknown = This browser knows no notifications.
browser-notifications-no-worker = This browser does not let adda show notifications here; in private windows many do not.
browser-notifications-denied = You told this browser that adda may not show notifications. Its settings for this site, beside the address, can allow it again.
browser-notifications-turn-on = Turn on notifications
browser-notifications-turn-off = Turn off notifications
browser-notifications-text = Show what was said
browser-notifications-sound = Play a short sound
settings-files = Your files
settings-files-used = The files you sent take { $used }. Each is gone when you delete its message.
settings-files-used-of = The files you sent take { $used } of { $most }. Each is gone when you delete its message.
settings-own = What is kept of you
settings-download = Download what is kept of you
former-member = Former member
leaving-title = Delete your account
leaving-words = You are signed out everywhere and cannot come back under this name; nobody else can take it. Rooms that only you look after pass to whoever has been in them longest. What you said stays where it is, as said by a former member, unless you want it to go.
leaving-words-go = Delete what I said, too
leaving-data = You may want to take a copy along first.
leaving-action = Delete my account
settings-done-profile = That is saved.
settings-done-picture = That is saved.
settings-password = Password
settings-password-words = Every other browser is signed out when you change it.
settings-password-current = Current password
settings-password-action = Change the password
settings-browsers = Signed-in browsers
settings-browser-unknown = Something that gives no name
settings-browser-this = This browser
settings-browser-used-ago = Last used { $when }
settings-browser-used-now = Used a moment ago
settings-browsers-others = Sign out all others
settings-done-password = The password is changed. All other browsers are signed out.
settings-done-signed-out = That is signed out.
refusal-password-wrong = That is not your current password.

## Getting along

distance-heading = Keeping your distance
distance-mute = Mute
distance-unmute = Unmute
distance-block = Block
distance-unblock = Unblock
distance-mute-words = Muted, what { $name } says is folded away for you, and you are told of none of it. They do not find out.
distance-muted = You have muted { $name }: what they say is folded away, and you are told of none of it. They do not find out.
distance-block-words = Blocked, { $name } cannot write to you alone either, nor you to them.
distance-blocked = You have blocked { $name }: what they say is folded away, and neither of you can write to the other alone.
distance-blocked-here = You have blocked { $name }. Unblock them to write to them.
distance-list = Muted and blocked people
distance-list-words = They do not find out, but that whoever is blocked cannot write to you.
distance-is-muted = Muted
distance-is-blocked = Blocked
muted-fold = { $count ->
    [one] { $count } message by somebody you muted
   *[other] { $count } messages by somebody you muted
}
muted-show = show
muted-hide = fold away
muted-done = { $name } is muted. What they say is folded away.
muted-undone = { $name } is no longer muted.
muted-failed = That could not be changed. Try again.

message-report = Report
report-title = Report this message
report-reason = What is wrong with it?
report-reason-spam = Advertising or spam
report-reason-harassment = Harassment
report-reason-hate = It puts people down for who they are
report-reason-private = It gives away something private
report-reason-illegal = It is against the law
report-reason-other = Something else
report-words = Anything else they should know
report-words-hint = At most 500 characters. You can leave it empty.
report-seen = Administrators will see this message, the five before and the five after it, and that you reported it. Nobody else is told. What they see is kept for 30 days.
report-action = Report
report-done-title = Reported
report-done-words = Thank you. Administrators look at it, and your home page tells you what came of it.
report-distance = Mute or block { $name }
report-came-of = You reported a message by { $who }: { $outcome }.
report-news-heading = What came of your reports
report-news-seen = Seen
report-mine = Your reports
report-mine-words = A report is forgotten after 30 days.
outcome-open = nobody has decided yet
outcome-deleted = it was deleted
outcome-suspended = its author was suspended for a time
outcome-deactivated = its author’s account was taken out of use
outcome-dismissed = nothing was done
report-in-open = in the open room { $room }
report-in-closed = in the closed room { $room }
report-in-direct = in direct messages
admin-reports = Reports
reports-waiting = { $count ->
    [one] A report waits for you
   *[other] { $count } reports wait for you
}
reports-search = Find by name, room or words
reports-which = Which reports
reports-open = Waiting
reports-closed = Decided
reports-count = { $count ->
    [0] No reports
    [one] One report
   *[other] { $count } reports
}
reports-around = What was said around it
reports-by = reported by
reports-outcome = What was done: { $outcome }.
reports-note = For whoever reported it (they see it, if you write something)
reports-note-was = They were told: { $note }
reports-decide = Decide
reports-delete = Delete the message
reports-dismiss = Do nothing
reports-suspend = Suspend its author
reports-deactivate = Take their account out of use
refusal-report-own = These are your own words.
refusal-report-reason = Choose what is wrong with it.
refusal-report-words = At most 500 characters, and none that cannot be shown.
refusal-reports-many = Twenty of your reports wait to be decided. That is as many as one can have.

## The list of rooms

rooms-nav = Rooms
rooms-heading = Rooms
rooms-none = You are in no room yet. Find one above, or make one.
room-unread = { $count ->
    [one] { $count } unread message
   *[other] { $count } unread messages
}
room-unread-many = more than 99 unread messages
room-mentions = { $count ->
    [one] { $count } of them names you
   *[other] { $count } of them name you
}
room-mentions-many = more than 99 of them name you
room-unsent = unsent
found-heading = Rooms you are not in
finder-label = Find or make a room
finder-label-only = Find a room
finder-placeholder = Find or make a room
finder-open = Open
finder-open-name = Open { $name }
finder-make = Make a room
finder-make-closed = Or one for members only
finder-make-name = Make “{ $name }”
finder-found = { $count ->
    [0] No room has that name yet.
    [one] { $count } room
   *[other] { $count } rooms
}

## The lobby

lobby-title = Home
others-heading = Rooms to join
others-more = { $count ->
    [one] And { $count } more. Its name finds it.
   *[other] And { $count } more. Their names find them.
}
others-all = All open rooms
people-heading = People
people-more = And { $count } more.
people-alone = Nobody else is here yet.
people-alone-invite = Nobody else is here yet. Send the invitation link to whoever you would like to talk with.
person-you = That is you
person-online = Online
person-away = Away
person-offline = Offline
person-write = Write a message
person-seen = Last here { $when }
moment-now = a moment ago
person-seen-now = Here a moment ago
person-seen-today = Here today
person-seen-week = Here this week
person-seen-long = Not here for over a week

typing-one = { $name } is typing
typing-voice = { $name } is recording
typing-some = { $names } are typing
typing-several = Several people are typing

directs-heading = Direct messages
direct-notes = Notes to yourself
direct-notes-empty = Only you read what you write here.
direct-empty = This is where you and { $name } talk. Say the first word below.
direct-forbidden = Guests are written to first.
direct-left-to-some = Starting direct conversations is left to others here.
direct-abandoned = Nobody else here has an account in use any more. What was said stays readable.
direct-message = Write to { $name }
composer-placeholder-direct = Message
refusal-pins = A room pins at most 50 messages. Unpin one first.
refusal-reactions-own = You can react to one message in at most five ways.
refusal-reactions-kinds = A message bears at most 50 kinds of reactions.
refusal-reaction-emoji-only = Reactions are emoji only at this site.
refusal-blocked = You cannot write to this person.
refusal-blocked-by-oneself = You have blocked this person. Unblock them to write to them.
refusal-mute-self = That is you.
refusal-muted-many = You have muted as many people as one can.
refusal-edit-notice = What happened in a room cannot be edited.
refusal-edit-others = You can edit what you wrote yourself.
refusal-edit-deleted = This message was deleted. There is nothing to edit.
refusal-edit-archived = This room is archived. What was said in it stays as it is.
refusal-edit-read-only = Only those who look after this room write here now.
refusal-block-administrator = Administrators cannot be blocked: they have to be able to reach everyone. You can mute them.
refusal-direct-new = Your account is new: in its first day you can begin five direct conversations, and you have. You can answer whoever writes to you.
refusal-direct-people = A direct conversation has at most 20 people.
details-direct = Only the people below read what is said here. Whoever has the disk of this server can read what is on it.

directory-title = Open rooms
directory-back = Home
directory-search = A word of its name or topic
directory-find = Find
directory-count = { $count ->
    [0] No open room has that in its name or topic.
    [one] { $count } room
   *[other] { $count } rooms
}
directory-people = { $count ->
    [0] Nobody belongs to it
    [one] { $count } person
   *[other] { $count } people
}
directory-active = Last active { $when }
directory-active-now = Active a moment ago
directory-archived = Archived
directory-joined = Joined
directory-pages = Pages
directory-page = Page { $number } of { $last }
directory-before = Back
directory-after = Next

admin-messages = Messages
admin-messages-words = What is said in open rooms, the newest first. Closed rooms and direct conversations are not here.
admin-messages-search = Words of a message
admin-messages-room = Room
admin-messages-from = Username
admin-messages-none = There is nothing that fits that.
admin-messages-select = Select the message by { $name }
admin-messages-delete = Delete the selected
admin-messages-ask = { $count ->
    [one] Delete this message for everyone?
   *[other] Delete these { $count } messages for everyone?
}
admin-messages-ask-words = Their words are gone at once and for good. That you did it stands in the log.
admin-messages-yes = Delete
admin-messages-no = Keep
admin-messages-skipped = { $count ->
    [one] One of them could not be deleted: its room is archived, or no longer open.
   *[other] { $count } of them could not be deleted: their rooms are archived, or no longer open.
}
search-title = Search
search-link = Search messages
search-label = Words of a message
search-action = Search
search-in-room = Search in { $room }
search-only-here = Only in { $room }
search-everywhere = Search everywhere
search-results = Results
search-order = Order
search-newest = Newest first
search-best = Best first
search-incomplete = The index of messages is being made. Until it is whole, some are not found yet.
search-none = Nothing that you can read fits that.
search-no-more = There is nothing older that fits.
search-no-words = No words
search-first = From the beginning
search-older = Older results
search-more = More results
search-help = How to search
search-hint-word = boat river
search-hint-word-words = Messages with both words. From three letters on a word also finds those that begin with it.
search-hint-phrase = "on the river"
search-hint-phrase-words = These words, whole and in this order.
search-hint-without = boat -ferry -"on land"
search-hint-without-words = Messages without a word or a phrase.
search-hint-from = from:ada from:me
search-hint-from-words = By somebody, by their username.
search-hint-in = in:lobby in:ada
search-hint-in-words = In a room, or in the direct conversation with somebody.
search-hint-when = after:2026-10 before:2026-11-27 on:2025
search-hint-when-words = Said after, before or in a year, a month or on a day.
search-hint-has = has:link has:file has:image
search-hint-has-words = Messages with a link, a file or a picture.

invitation-heading = Invite people
invitation-words = Whoever opens this link can make an account. Send it only to people you would let in.
invitation-link = Invitation link
invitation-copy = Copy
invitation-copied = Copied
invitation-selected = The link is selected: copy it with your keyboard or menu. Copying by button needs https.
invitation-loopback = This link works on this computer only. To let others in, start adda with ADDA_BIND=0.0.0.0:8080 and open it at this computer’s address, or put a reverse proxy in front and set ADDA_URL to the address that people use.
invitation-code = Show it as a code for a phone
invitation-code-label = The invitation link as a QR code
invitation-more = More choices: a room, how long, how many
invitation-none = There is no link for everyone just now.
invitation-make-own = Make a link
invitation-change = Renew or end it
invitation-end = End the link
invitation-end-title = End the invitation link?
invitation-renew = Renew the link
invitation-renew-words = The link that was sent so far stops working. Whoever is in stays in.
invitation-renew-title = Renew the invitation link?
invitation-renew-question = The link that you have sent so far stops working. People who are in stay in.

invitations-title = Invitations
invitations-mine = Your invitations
invitations-none = You have made none that still work.
invitation-make-title = Make an invitation
invitation-make-words = Whoever opens the link can make an account, or come with the one they have. Into a room it works as long as you may add people there.
invitation-make-words-closed = No new accounts are made here: the link brings people who have one into a room, as long as you may add people there.
invitation-room = Into
invitation-room-none = No room in particular
invitation-room-hidden = A room for its members
invitation-lasts = It works
invitation-lasts-1 = for a day
invitation-lasts-7 = for a week
invitation-lasts-30 = for 30 days
invitation-lasts-never = until it is ended
invitation-uses = For
invitation-uses-some = { $count ->
    [one] one person
   *[other] { $count } people
}
invitation-uses-unlimited = any number
invitation-guest = Whoever makes an account by it is a guest
invitation-guest-words = A guest sees the room that you choose here and the people in it, and nothing else.
invitation-make = Make the link
invitation-administrators = At this place administrators invite people.
invitation-for-guests = for guests
invitation-by = By
invitation-own = The link for everyone, on the first page
invitation-used = { $count ->
    [0] Nobody came by it yet
    [one] One person came by it
   *[other] { $count } people came by it
}
invitation-used-of = { $count } of { $max } came by it
invitation-until = works until { $day }, { $time } UTC
invitation-until-moment = works until { $moment }
invitation-until-ever = works until it is ended
invitation-over-expired = its time is over
invitation-over-used = used up
invitation-over-maker = does not work: whoever made it may not add people there
invitation-revoke = End
invitation-remove = Remove
admin-invitations = Everyone’s invitations
admin-invitations-search = Find by person or room
admin-invitations-count = { $count ->
    [0] No invitation
    [one] One invitation
   *[other] { $count } invitations
}
admin-members-invite = Members make invitations too
admin-members-invite-words = Where they do not, the links that they made stop working, and they no longer see the link for everyone.

join-title = An invitation
join-words = { $who } invites you into this room.
join-joined = You are in this room already.
join-open = Open the room
join-in-already = You are in already: there is nothing more to do.
join-not-now = Not now

## A room

room-back = All rooms
search-back = Back to { $room }
timeline-label = Messages
timeline-empty = Nobody has said anything here yet. Say the first word below.
timeline-older = Older messages
timeline-newer = Newer messages
timeline-newest = The newest
timeline-loading = Loading older messages
jump-missing = There is no such message here any more.
jump-failed = That message could not be loaded. Try again.
moment-title = Go to a day
moment-open = Go
day-today = Today
day-yesterday = Yesterday
new-since = New since { $time }
unread-since = { $count ->
    [one] { $count } new since { $time } · jump there
    [1000] More than { $count } new since { $time } · jump there
   *[other] { $count } new since { $time } · jump there
}
notification-title = { $name } in { $room }
notifications-offer = Be notified in this browser of messages that are meant for you?
notifications-offer-yes = Turn it on
notifications-offer-no = Not now
notifications-link = Notifications
notifications-title = Notifications
notifications-levels = What you are told of here
level-all = Everything that is said
level-mentions = Messages that name you, @room and @here
level-nothing = Nothing
notifications-mute = Mute the room
notifications-mute-words = In a mute room what is unread is not counted in your list, and you are told of messages that name you alone.
mute-not = Not mute
mute-until = Until { $time } UTC, as it is
mute-hours = { $hours ->
    [24] For a day
    [168] For a week
    [one] For { $hours } hour
   *[other] For { $hours } hours
}
message-told = Why was I (not) told?
told-title = Why was I (not) told?
told-name = You are told of this message, because it names you.
told-reply = You are told of this message, because it answers one of yours.
told-room = You are told of this message, because it calls everyone in the room.
told-here = You are told of this message, because it calls everyone who is online.
told-keyword = You are told of this message, because a word that you want to be told of is in it.
told-everything = You are told of this message, because you want to be told of everything here.
told-notice = You are not told: it is what happened to the room, and nothing that somebody said.
told-deleted = You are not told: the message was deleted.
told-own = You are not told: the words are your own.
told-stranger = You are not told of anything here: you are not a member of this room.
told-muted-person = You are not told: you have muted who said it.
told-nothing = You are not told: you want to be told of nothing here.
told-muted = You are not told: you have muted this room.
told-away = You are not told: it calls everyone who is online, and you were not.
told-not-named = You are not told: it does not name you, and you want to be told here only of messages that do.
told-do-not-disturb = You were not told: you did not want to be disturbed then.
told-quiet-hours = You were not told: it came in your quiet hours.
told-watching = You are not told: you are looking at this room.
completion-label = Whom to name
completion-room = Everyone in the room
completion-here = Everyone who is online
disturb-title = This calls { $count } people
disturb-words = @room is for what everyone in the room should see soon.
disturb-yes = Send
message-menu = What to do with this message
message-bar = Answer this message
message-copy-link = Copy link
message-pin = Pin
message-unpin = Unpin
pinned-by = Pinned by { $name }
pins-title = Pinned messages
pins-none = Nothing is pinned here. What is to be found again by everyone can be pinned from a message’s menu.
pins-link = { $count ->
    [one] 1 pinned message
   *[other] { $count } pinned messages
}
pin-go = Go to it
pin-done = Pinned. The pin at the top of the room leads to it.
unpin-done = Unpinned.
pin-failed = That could not be pinned or unpinned. Try again.
link-copied = The link is copied.
link-copy-words = Your browser does not let this page copy. The link is selected: copy it from here.
dialog-close = Close
message-reacted = Who reacted
reacted-clear = Remove for everyone
reacted-clear-label = Remove { $text } for everyone
reacted-remove-label = Remove { $text } of { $name }
reacted-more = and { $count } more
reaction-quick = React at once
reaction-failed = Your reaction could not be stored. Try again.
composer-emoji = Insert an emoji
picker-title = Emoji
picker-search = Search by name
picker-tones = Skin tone
picker-tone-0 = None
picker-tone-1 = Light
picker-tone-2 = Medium light
picker-tone-3 = Medium
picker-tone-4 = Medium dark
picker-tone-5 = Dark
picker-words = React with “{ $text }”
picker-found = { $count ->
    [0] No emoji is called that.
    [one] 1 emoji
   *[other] { $count } emoji
}
picker-failed = The emoji could not be loaded. Try again.
picker-recent = Recent
picker-smileys = Smileys
picker-people = People
picker-nature = Animals and nature
picker-food = Food and drink
picker-travel = Travel and places
picker-activities = Activities
picker-objects = Objects
picker-symbols = Symbols
picker-flags = Flags
reaction-add = React
reaction-action = React
reaction-own = Something else
reaction-own-hint = An emoji, or a few words of up to 16 characters.
reaction-own-emoji = An emoji.
reaction-with = React with { $text }
reactions-title = Reactions
reactions-none = Nobody has reacted yet.
reaction-you = You
reaction-one = { $first } reacted with { $text }
reaction-two = { $first } and { $second } reacted with { $text }
reaction-three = { $first }, { $second } and { $third } reacted with { $text }
reaction-many = { $more ->
    [one] { $names } and 1 other reacted with { $text }
   *[other] { $names } and { $more } others reacted with { $text }
}
message-delete = Delete
message-deleted = { $count ->
    [one] Message deleted
   *[other] { $count } messages deleted
}
delete-title = Delete this message?
delete-words = What it says is gone for everyone, here and on every device. A line says that a message was deleted.
delete-done = The message is deleted.
delete-failed = The message could not be deleted. Try again.

## Editing

message-reply = Reply
reply-to = Reply to
reply-end = No reply
quote-label = In reply to
quote-deleted = Message deleted
quote-muted = A message by somebody you muted
quote-wordless = A message without words
message-edit = Edit
edit-under-way = Editing
edit-hint = Esc to cancel
edit-end = Cancel editing
edit-sending = Saving “{ $text }” …
edit-offline = Saved when you are connected again: “{ $text }”
edit-failed = Not saved: “{ $text }”. { $reason }
edit-empty = A message says something. To take it back, choose Delete from its menu.
edit-failed-other = Something went wrong.
edit-is-now = It says this by now: “{ $text }”
edit-keep = Save mine
edit-drop = Keep that
message-edited = edited
edit-title = Edit your message
edit-label = What it says
edit-save = Save
edit-stands = It says this by now:
versions-title = What it said before
versions-now = now
versions-until = until
versions-none = Nothing that it said before is kept.
versions-erase = Delete earlier versions
versions-erase-words = They are gone for everyone then. The message still says that it was edited.
message-unread = Mark unread
message-unread-done = Unread from here on. This page stops reading along until you write or leave.
message-unread-failed = That could not be marked unread. Try again.
newer-messages = { $count ->
    [0] To the newest
    [one] { $count } new message
    [1000] More than { $count } new messages
   *[other] { $count } new messages
}
composer-placeholder = Write to { $room }
composer-as-text = Send as text
composer-command-offline = Commands need a connection. What you wrote is still here.
refusal-command-unknown = There is no such command. /help lists those there are.
refusal-command-bare = That command needs more than its name. /help says what.
writing-title = How to write
writing-markup = Markup
writing-typed = You type
writing-drawn = People see
writing-does = What it does
writing-bold = bold
writing-italic = italic
writing-struck = crossed out
writing-code = code
writing-block = let tea = 2; // code in its language’s colours
writing-quote = a quote
writing-list = an item of a list
writing-link = a link
writing-emoji = an emoji by its name
writing-keys = Ctrl+B makes what you selected bold, Ctrl+I italic, Ctrl+E code, Ctrl+K a link, Ctrl+Shift+X crosses it out; on a Mac it is Command. An address pasted over words makes them a link.
writing-escape = A backslash before a mark leaves it a mark: \*so\*. Type : and the beginning of a name to look for an emoji, @ to name somebody.
writing-commands = Commands
writing-slashes = A line that is to begin with a slash begins with two.
command-me = Tells what you do: /me waves
command-shrug = Says something with a shrug: /shrug who knows
command-topic = Gives the room another topic, or none: /topic Tea, and cups
command-invite = Makes somebody a member of the room: /invite @name
command-leave = Leaves the room
command-help = Shows this page
composer-send = Send
composer-left = { $count ->
    [one] { $count } character left
   *[other] { $count } characters left
}
composer-over = { $count ->
    [one] { $count } character too many: a message holds 16,000.
   *[other] { $count } characters too many: a message holds 16,000.
}

## Files and voices in messages

composer-choose = Add files
composer-cover = Cover the files: they show only to who asks for them
dropping = Drop files to send them to { $room }
pasted-name = Pasted { $when }
tray-label = Files to be sent
tray-cancel = Remove { $name }
tray-retry = Try { $name } again
tray-cover = Cover { $name }
tray-sent = { $sent } of { $size }
tray-many = A message carries at most { $count } files. Send these, and the others after them.
tray-nothing = { $name } is empty.
tray-large = { $name } has { $size }. A file has at most { $max } here.
tray-failed = One of the files did not arrive. Try it again, or remove it.
file-failed-unreadable = It was changed or taken away since. Remove it, and choose it again.
file-failed-other = It did not arrive. Try again.
attachment-download = Download
attachment-play = Let it move
cover-picture = Covered picture
cover-video = Covered video
cover-audio = Covered recording
cover-voice = Covered voice message
cover-file = Covered file
cover-show = Show
cover-hide = Hide
lightbox-label = Pictures in this room
lightbox-place = { $place } of { $count }
lightbox-previous = Previous picture
lightbox-next = Next picture
lightbox-close = Close
pending-uploading = Sending files, { $sent } of { $size }
pending-progress = Files on their way
failed-file = one of its files did not arrive.
failed-lost = this browser no longer has one of its files.
announce-files = { $count ->
    [one] A file
   *[other] { $count } files
}

record = Record a voice message
record-insecure = Voice messages can be recorded only over https. Ask whoever runs this site.
record-browser = This browser cannot record voice messages.
record-NotAllowedError = The microphone was not allowed. Allow it in the browser’s settings for this site, then try again.
record-NotFoundError = There is no microphone here. Connect one, then try again.
record-NotReadableError = Another program keeps the microphone. Close it there, then try again.
record-failed = Nothing could be recorded. Try again.
record-short = That was too short to send.
record-longest = A voice message lasts 10 minutes at most.
recorder-label = Voice message
recorder-asking = Allow the microphone to begin
recorder-recording = Recording
recorder-paused = Paused
recorder-recorded = Recorded
recorder-pause = Pause
recorder-resume = Go on recording
recorder-stop = Stop and listen
recorder-discard = Discard
recorder-discard-title = Discard this recording?
recorder-discard-words = What you said is gone then.
voice-label = Voice message, { $duration }
voice-play = Play
voice-pause = Pause
voice-wave = Place in the voice message
voice-place = { $now } of { $whole }
voice-speed = Speed: { $factor } times
voice-failed = This cannot be played.

room-archived = This room is archived: it can be read, and nothing more is said in it.

notice-renamed = { $who } renamed the room to { $name }.
notice-topic = { $who } set the topic: { $topic }
notice-topic-none = { $who } took the topic away.
notice-closed = { $who } closed the room. Only its members find it from now on.
notice-archived = { $who } archived the room.
notice-restored = { $who } took the room into use again.
notice-added = { $who } added { $person }.
notice-removed = { $who } removed { $person }.
notice-owner = { $who } made { $person } an owner.
notice-appointed = { $who }, who looks after this site, made { $person } an owner.
notice-no-owner = { $who } made { $person } a member again.
notice-read-only = { $who } made the room read-only. Only those who look after it write here.
notice-read-only-ended = { $who } let everyone write again.
notice-slow-mode = { $who } slowed the room down: one message in { $wait }.
notice-slow-mode-ended = { $who } lets everyone write as often as they like.
notice-members-add = { $who } lets members add people.
notice-members-add-ended = { $who } lets only owners add people.
notice-shows-reading = { $who } lets everyone here see who has read what.
notice-shows-reading-ended = { $who } no longer lets people see who has read what.
seen-stored = Sent
seen-all = Seen
seen-by = Seen by { $names }
wait-none = no wait
wait-seconds = { $count } seconds
wait-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
wait-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
notice-left = { $who } left.
notice-handed-on = { $owner } looks after the room now.
notice-left-passed-on = { $who } left. { $owner } looks after the room now.
notice-other = { $who } changed something about the room.

## What there is to know about a room, and to do to it

details-link = Details
details-title = About this room
details-back = To the conversation
details-open = Everyone on this site but guests can find this room and read it.
details-closed = Only members can find this room and read it. Administrators cannot, but whoever has the server’s disk can read what is on it.
details-members = Members
details-more = And { $count } more.
details-owner = Owner
details-you = That is you
details-name = Name
details-topic = Topic
details-save = Save
details-switches = Writing and adding
details-read-only = Only those who look after it write here
details-members-add = Members may add people
details-shows-reading = People see who has read what, as long as they are 50 at most
details-slow-mode = A member waits between two messages:
room-read-only = Only those who look after this room write here.
composer-slow = One message in { $wait }.
details-list = In your list
details-star = Star
details-unstar = No star
details-up = Move up
details-down = Move down
details-hide = Hide
details-show = Show again
details-hide-words = A hidden room is not in your list of rooms; you find it among the hidden ones on the first page.
details-hide-words-direct = Hidden, it comes back to your list with the next message.
hidden-heading = Hidden rooms
room-starred = Starred
details-invite = Invite by a link
details-add-title = Add somebody
details-add = Add
details-add-hint = Whoever is added can read everything that was said here so far.
details-add-username = Their username
details-make-owner = Make an owner
details-make-member = Make a member
details-remove = Remove
details-remove-words = Whoever is removed is out at once, and stays out until somebody who looks after the room adds them again.
details-join = Join
room-preview = You are looking around. Whoever joins, or says something, belongs here.
details-join-words = You are not a member of this room.
details-leave = Leave the room
details-leave-words = If nobody else looks after it, whoever has been here longest does.
details-close = Close to all but members
details-close-words = The room gets another address. A closed room cannot be opened again.
details-archive = Archive
details-archive-words = What was said stays readable, and nothing more is said until it is restored.
details-restore = Restore
details-delete = Delete the room
details-delete-words = Deleting a room deletes all that was said in it, for everyone and for good.
details-delete-confirm = To delete it, type its name: { $name }
refusal-details-confirm = That is not the name of this room.
details-done = That is done.
refusal-details-nobody = Nobody here has that username.
refusal-details-last-owner = Somebody has to look after the room. Make another member an owner first.
refusal-details-topic = A topic has at most 256 characters, on one line.

pending-sending = Sending…
pending-waiting = Waiting for the connection
pending-held = The server asks for a moment. This goes out by itself.
failed-sentence = Not sent: { $reason }
failed-retry = Try again
failed-edit = Edit
failed-discard = Discard
failed-bad_request = the server did not understand it.
failed-empty = there is nothing in it.
failed-too_long = it is longer than 16,000 characters.
failed-forbidden = you may not write in this room.
failed-forbidden-direct = you cannot write to this person.
failed-not_found = this room is gone.
failed-conflict = it was sent before with other words. Try again sends it as a new message.
failed-epoch = the server was set back to an earlier state before it arrived.
failed-other = something went wrong.
outbox-memory = This browser keeps nothing between pages here: stay on this page until your messages are sent.

outage-offline = No connection. What you write is kept.
outage-slow = The server asked for a pause. Connecting again in a while.
outage-removed = You are no longer in this room.
outage-gone = This room is gone.
outage-stopped = The server has ended this connection.
outage-reload = Load the page again
outage-home = All rooms

announce-message = { $name }: { $text }
announce-messages = { $count ->
    [one] { $count } new message
   *[other] { $count } new messages
}
announce-back = Connected again.

unsent-title = Sign out and lose what is unsent?
unsent-words = { $messages ->
    [0] { $drafts ->
        [one] A draft has not been sent. Signing out deletes it from this computer.
       *[other] { $drafts } drafts have not been sent. Signing out deletes them from this computer.
    }
    [one] { $messages } message has not been sent. Signing out deletes it, and your drafts, from this computer.
   *[other] { $messages } messages have not been sent. Signing out deletes them, and your drafts, from this computer.
}
unsent-stay = Stay
unsent-leave = Sign out

question-cancel = Cancel

## Errors: what went wrong, and where it helps, what to do

error-home = Go home
error-offer-words = Nothing has that name yet, or you cannot see it.
error-offer-action = Make the room “{ $name }”
error-bad_request = That could not be understood.
error-signed_out = You are signed out. Sign in to go on.
error-forbidden = That is not allowed.
error-not_found = There is nothing here.
error-conflict = That was sent before with other words.
error-stale = You edited this message elsewhere meanwhile.
bad-attachments = A message carries at most 10 files, each of them once.
upload-stalled = The file stopped arriving. Try again.
bad-voice = This recording cannot be taken.
error-method_not_allowed = That cannot be done here.
error-timeout = The request took too long to arrive. Try again.
error-empty = There is nothing in it.
error-too_long = That is too long.
error-too_large = That is more than the server takes.
error-unsupported = That kind of content is not accepted here.
error-rate_limited = That was a lot at once. Wait a moment and try again.
error-busy = The server is busy. Try again in a moment.
error-unavailable = The server cannot reach its storage just now. Try again in a moment.
error-request = The log knows this request as { $id }.
error-internal = Something went wrong on the server. It has been written to its log.

refusal-username-length = A username has 2 to 32 characters.
refusal-username-characters = A username is made of letters, digits, dots, hyphens and underscores, begins and ends with a letter or digit, and has no two dots in a row.
refusal-username-reserved = That word is kept for adda itself. Choose another username.
refusal-username-taken = That username, or one that looks like it, is taken.
refusal-password-length = A password has 8 to 256 characters.
refusal-password-nul = The password contains a character that cannot be kept.
refusal-name-length = A name has 1 to 64 characters.
refusal-last-administrator = Somebody has to look after this place. Make somebody else an administrator first.
refusal-name-look-alike = That looks like somebody else’s name. Choose one that nobody takes for theirs.
refusal-keywords = At most 20 words, each of 2 to 40 characters on a line of its own.
refusal-quiet-hours = Two times of day that are not the same, such as 22:00 and 07:00.
refusal-time-zone = The name of a time zone, such as Europe/Berlin or Asia/Dhaka.
refusal-about = At most 500 characters, and none that cannot be shown.
refusal-picture-kind = That is not a picture that can be shown here. Take a PNG, a JPEG, a WebP or a GIF.
refusal-picture-bytes = A picture has at most 8 MB. Take a smaller one.
refusal-picture-pixels = This picture has too many pixels. Take one of at most 40 megapixels.
refusal-picture-broken = This picture is broken and cannot be read. Take another one.
size-bytes = { $number ->
    [one] { $number } byte
   *[other] { $number } bytes
}
size-kilobytes = { $number } kB
size-megabytes = { $number } MB
size-gigabytes = { $number } GB
refusal-upload-space = There is no space left for files on the server just now. What you write is still sent.
refusal-upload-quota = You have used all the space that one person has for files here. Delete some of your messages with files first.
refusal-upload-new = Your account is new: on its first day it takes 200 MB of files.
refusal-upload-unsent = Too many files wait for their messages. Send or remove some of them first.
refusal-upload-offset = The file has arrived up to another place. Go on from there.
refusal-attachments = A file of this message is not there any more. Choose it again.
refusal-picture-none = Choose a picture first.
refusal-status = At most 80 characters on one line, and a single picture.
refusal-name-characters = The name contains characters that cannot be shown.
refusal-suspended = Your account is suspended for a time. Sign in with your password to see for how long.
refusal-suspended-until = Your account is suspended until { $until } UTC. After that you can sign in again, and everything is as you left it.
refusal-login-wrong = Username and password do not match.
refusal-login-throttled = { $seconds ->
    [one] Too many attempts. Try again in { $seconds } second.
   *[other] Too many attempts. Try again in { $seconds } seconds.
}
refusal-invite-wrong = This invitation is not valid, or not any more.
refusal-adding-nobody = There is nobody on the list.
refusal-adding-many = At most 200 people are added at once.
refusal-adding-guests = A guest sees only the rooms they are added to. Choose at least one.
refusal-adding-rooms = At most ten rooms at once.
refusal-invitations-many = You have 50 invitations that still work. End one of them first.
refusal-invitation-new = Whoever is new here invites nobody on their first day.
refusal-invitation-guest = A guest is invited into a room. Choose which.
refusal-signup-closed = No new accounts are made here.
refusal-setup-token = This set-up link is not the right one. The server prints the current one each time it starts.
refusal-reset-invalid = This link was used or has expired.
refusal-room-name-length = A room’s name has 1 to 64 characters.
refusal-room-name-characters = The room’s name contains characters that cannot be shown.
refusal-room-making = No room of that name is open to you, and making rooms is left to others here.
refusal-site-contact = At most 300 characters, and none that cannot be shown.
refusal-site-rules = At most 4,000 characters, and none that cannot be shown.
refusal-site-room = There is no open room of that name.
refusal-site-rooms = Newcomers join at most 20 rooms. Take one out first.
refusal-waiting = Somebody who looks after this place has to let you in first.
refusal-room-taken = A room with that name is here already.
refusal-cross-site = The page of another site asked for this, and only this site’s own pages may. Open it here and try again.
refusal-no-origin = No Origin came with this. A socket is opened with the address of this site in that header: { $expected }.
refusal-origin = This came from { $found }, but this site is { $expected }. Whoever runs it can allow the address with { $setting }.
refusal-not-set-up = Nobody has made the first account yet. The server prints a link for that when it starts.

## What is wrong with a request that a program made

bad-client-id = A client_id has 1 to 64 characters of A-Z, a-z, 0-9, _ and -.
bad-form = The form could not be read.
bad-frame = A frame is one JSON object.
bad-handshake = This is no WebSocket handshake of version 13.
bad-invitation = An invitation has a room or none, works for 1, 7 or 30 days or never ends, for 1, 5, 25, 100 or unlimited people.
bad-json = The body is not the JSON that this route takes.
bad-order = At most 1,000 rooms are put in an order.
bad-role = A role is member, guest or administrator.
bad-slow-mode = Between two messages there are 0 to 3,600 seconds.
bad-kind = A room is of the kind open or closed.
bad-member-role = A member’s role in a room is owner or member.
bad-nul = The text contains a NUL character.
bad-number = A number is missing its digits or is out of range.
bad-query = The query could not be read.
bad-reason = A reason is spam, harassment, hate, private, illegal or other.
bad-reaction = A reaction is an emoji, or a few words on one line, without links.
bad-reply = There is no such message to reply to.
bad-request = The request could not be read.
bad-search-cursor = That place in the results is none.
bad-search-empty = There is nothing to look for: name a word, a person, a room or a time.
bad-search-length = A search has at most 500 characters.
bad-search-order = Results are in the order newest or best.
bad-search-terms = A search has at most 20 words and 100 characters of Chinese, Japanese, Korean or Thai.
bad-seq = There is no message with that number yet.
bad-since = A place to resume from is a revision: a number from 0 upwards.
bad-stretch = Of before, after and around, one at most.
bad-topic = The topic contains characters that cannot be shown.
bad-level = A level is all, mentions or nothing.
bad-time = A time is written as in 2026-11-22T18:42:07Z.
bad-type = There is no frame of that type.
