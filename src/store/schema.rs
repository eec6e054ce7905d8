//! The tables, as diesel sees them; the same on both back ends. What each is for stands in the migrations.

diesel::table! {
    site (id) {
        id -> BigInt,
        site_id -> Text,
        epoch -> Text,
        secret_key -> Binary,
        setup_token -> Nullable<Text>,
        created_at -> Timestamp,
        served_from -> Nullable<Text>,
        members_invite -> Bool,
    }
}

diesel::table! {
    site_settings (id) {
        id -> BigInt,
        revision -> BigInt,
        name -> Text,
        accent -> Text,
        contact -> Text,
        house_rules -> Text,
        signup -> Text,
        approves -> Bool,
        makes_rooms -> Text,
        starts_directs -> Text,
        logo -> Nullable<Text>,
        members_see_versions -> Bool,
        emoji_only -> Bool,
    }
}

diesel::table! {
    logos (id) {
        id -> BigInt,
        content_type -> Text,
        bytes -> Binary,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        skeleton -> Text,
        name -> Text,
        role -> Text,
        password_hash -> Nullable<Text>,
        locale -> Nullable<Text>,
        access_revision -> BigInt,
        created_at -> Timestamp,
        last_seen_at -> Nullable<Timestamp>,
        deactivated_at -> Nullable<Timestamp>,
        about -> Text,
        invisible -> Bool,
        hides_last_seen -> Bool,
        hides_reading -> Bool,
        status_emoji -> Nullable<Text>,
        status_text -> Nullable<Text>,
        status_until -> Nullable<Timestamp>,
        erased_at -> Nullable<Timestamp>,
        suspended_until -> Nullable<Timestamp>,
        words_go -> Bool,
        avatar -> Nullable<Text>,
        new_until -> Nullable<Timestamp>,
        waiting_since -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sign_ins (id) {
        id -> BigInt,
        token_hash -> Binary,
        user_id -> BigInt,
        created_at -> Timestamp,
        extended_at -> Timestamp,
        expires_at -> Timestamp,
        address -> Text,
        agent -> Text,
    }
}

diesel::table! {
    password_resets (token_hash) {
        token_hash -> Binary,
        user_id -> BigInt,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    rooms (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        kind -> Text,
        topic -> Text,
        first_seq -> BigInt,
        people_key -> Nullable<Text>,
        created_by -> BigInt,
        created_at -> Timestamp,
        archived_at -> Nullable<Timestamp>,
        read_only -> Bool,
        slow_mode -> BigInt,
        members_add -> Bool,
        deleted_at -> Nullable<Timestamp>,
        shows_reading -> Bool,
        joined_by_newcomers -> Bool,
    }
}

diesel::table! {
    former_slugs (slug, room_id) {
        slug -> Text,
        room_id -> BigInt,
    }
}

diesel::table! {
    room_counters (room_id) {
        room_id -> BigInt,
        last_seq -> BigInt,
        revision -> BigInt,
    }
}

diesel::table! {
    memberships (room_id, user_id) {
        room_id -> BigInt,
        user_id -> BigInt,
        state -> Text,
        role -> Text,
        joined_seq -> BigInt,
        left_seq -> Nullable<BigInt>,
        history_from_seq -> BigInt,
        read_seq -> BigInt,
        posts_again_at -> Nullable<Timestamp>,
        starred -> Bool,
        hidden_at_seq -> Nullable<BigInt>,
        list_position -> Nullable<BigInt>,
        read_turn -> BigInt,
        told_of -> Nullable<Text>,
        muted_until -> Nullable<Timestamp>,
        seen_seq -> BigInt,
    }
}

diesel::table! {
    messages (room_id, seq) {
        room_id -> BigInt,
        seq -> BigInt,
        revision -> BigInt,
        kind -> Nullable<Text>,
        event -> Nullable<Text>,
        author_id -> BigInt,
        author_name -> Text,
        client_id -> Text,
        content_hash -> Binary,
        text -> Text,
        html -> Nullable<Text>,
        markup_version -> Integer,
        calls -> Nullable<Text>,
        reply_to -> Nullable<BigInt>,
        thread_root -> Nullable<BigInt>,
        sent_at -> Timestamp,
        edited_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
        worded_revision -> Nullable<BigInt>,
        reactions -> BigInt,
        pinned -> Bool,
        attachments -> Integer,
        images -> Integer,
    }
}

diesel::table! {
    versions (room_id, seq, revision) {
        room_id -> BigInt,
        seq -> BigInt,
        revision -> BigInt,
        text -> Text,
        replaced_at -> Timestamp,
    }
}

diesel::table! {
    chores (name) {
        name -> Text,
        done_at -> Timestamp,
    }
}

diesel::table! {
    uploads (id) {
        id -> Text,
        uploader_id -> BigInt,
        room_id -> BigInt,
        seq -> Nullable<BigInt>,
        position -> Integer,
        covered -> Bool,
        state -> Text,
        name -> Text,
        content_type -> Text,
        size -> BigInt,
        sha256 -> Nullable<Binary>,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        duration_ms -> Nullable<BigInt>,
        peaks -> Nullable<Binary>,
        animated -> Bool,
        thumbnail -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    mentions (user_id, room_id, seq) {
        user_id -> BigInt,
        room_id -> BigInt,
        seq -> BigInt,
    }
}

diesel::table! {
    reactions (room_id, seq, kind, user_id) {
        room_id -> BigInt,
        seq -> BigInt,
        kind -> Text,
        user_id -> BigInt,
        text -> Text,
        place -> BigInt,
        at -> Timestamp,
    }
}

diesel::table! {
    pins (room_id, seq) {
        room_id -> BigInt,
        seq -> BigInt,
        user_id -> BigInt,
        at -> Timestamp,
    }
}

diesel::table! {
    attention (user_id) {
        user_id -> BigInt,
        keywords -> Text,
        undisturbed_since -> Nullable<Timestamp>,
        undisturbed_until -> Nullable<Timestamp>,
        quiet_from -> Nullable<Integer>,
        quiet_to -> Nullable<Integer>,
        time_zone -> Nullable<Text>,
    }
}

diesel::table! {
    invitations (id) {
        id -> BigInt,
        token -> Text,
        made_by -> Nullable<BigInt>,
        made_at -> Timestamp,
        room_id -> Nullable<BigInt>,
        role -> Text,
        expires_at -> Nullable<Timestamp>,
        uses -> BigInt,
        uses_max -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit (id) {
        id -> BigInt,
        at -> Timestamp,
        actor_id -> BigInt,
        action -> Text,
        subject -> Text,
        detail -> Text,
    }
}

diesel::table! {
    muted_people (user_id, muted_id) {
        user_id -> BigInt,
        muted_id -> BigInt,
        blocked -> Bool,
        since -> Timestamp,
    }
}

diesel::table! {
    avatars (user_id) {
        user_id -> BigInt,
        content_type -> Text,
        bytes -> Binary,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        room_id -> BigInt,
        room_name -> Text,
        room_kind -> Text,
        seq -> BigInt,
        author_id -> BigInt,
        reporter_id -> BigInt,
        reason -> Text,
        words -> Text,
        copy -> Text,
        reported_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        outcome -> Text,
        note -> Text,
        seen -> Bool,
    }
}

diesel::joinable!(avatars -> users (user_id));
diesel::joinable!(attention -> users (user_id));
diesel::joinable!(audit -> users (actor_id));
diesel::joinable!(muted_people -> users (muted_id));
diesel::joinable!(invitations -> users (made_by));
diesel::joinable!(invitations -> rooms (room_id));
diesel::joinable!(sign_ins -> users (user_id));
diesel::joinable!(password_resets -> users (user_id));
diesel::joinable!(rooms -> users (created_by));
diesel::joinable!(former_slugs -> rooms (room_id));
diesel::joinable!(room_counters -> rooms (room_id));
diesel::joinable!(memberships -> rooms (room_id));
diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(messages -> users (author_id));
diesel::joinable!(pins -> users (user_id));
diesel::joinable!(reactions -> users (user_id));
diesel::joinable!(reactions -> rooms (room_id));
diesel::joinable!(messages -> rooms (room_id));
diesel::joinable!(uploads -> rooms (room_id));

diesel::allow_tables_to_appear_in_same_query!(
    attention,
    audit,
    invitations,
    avatars,
    site,
    site_settings,
    logos,
    users,
    sign_ins,
    password_resets,
    rooms,
    former_slugs,
    room_counters,
    memberships,
    mentions,
    messages,
    muted_people,
    pins,
    reactions,
    reports,
    versions,
    chores,
    uploads
);
