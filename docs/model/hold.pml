/* Two buyers, one seat: hold, pay, decline, try again, expire, give back, refund, cancel the event,
 * with crashes after every step, frozen processes, and webhooks that are lost, doubled or early.
 * README.md beside this file says what it stands for, how to run it, and what each BUG_ breaks. */
#define N 2            /* buyers of ONE seat */
#ifndef CALLS
#define CALLS 2        /* requests of the first buyer */
#endif
#ifndef RIVAL_CALLS
#define RIVAL_CALLS 1  /* requests of the other */
#endif
#ifndef WEBHOOKS
#define WEBHOOKS 1     /* deliveries for one order that matter: each may be lost, early or late */
#endif
#ifndef ROUNDS
#define ROUNDS 1       /* holds that end before the world is at rest, by the timer or the buyer */
#endif

/* That the search comes to where it matters: with REACH set to one of these it has to stop there. */
#define LATE_GRANT 1
#define LATE_REFUND 2
#define STALE 3
#define SECOND 4
#define TOO_LATE 5
#define REFUND_AGAIN 6
#define SOLD_AT_REST 7
#ifndef REACH
#define REACH 0
#endif
#define WITNESS(point) assert(point != REACH)

mtype = { FREE, HELD, SOLD };                                /* the seat */
mtype = { NONE, PENDING, CONFIRMED, CANCELLED };             /* an order; NONE also: no payment, no refund */
mtype = { PROCESSING, DECLINED, CAPTURED, VOIDED, RETURNED }; /* a payment; three are also verdicts */
mtype = { OPEN, REQUESTED, SUCCEEDED };                      /* an intent that may capture; a refund */

/* The database. */
mtype seat = FREE; byte owner = N;
mtype order[N] = NONE; bool isHold[N]; byte attempt[N]; mtype pay[N] = NONE; mtype refund[N] = NONE;
bool cancelled; bool outbox[N]; byte valid;
/* The provider: one intent for each order, what it declined by attempt, money in, money back. */
mtype intent[N] = OPEN; byte declined[N]; byte captures[N]; byte refunds[N];
/* The attempt of a process that froze before it reached the provider; broker and mailer. */
byte frozen; byte queue[N]; byte mailed[N]; bool mailKey[N];
byte issued[N];

#define HAS_ENDED(i) (order[i] == CANCELLED && attempt[i] > 0 && pay[i] == DECLINED)
#define NO_PAYMENT_UNDER_WAY(i) (order[i] == PENDING && pay[i] != PROCESSING)
#define PAYMENT_UNDER_WAY(i) (order[i] == PENDING && pay[i] == PROCESSING)

inline giveStockBack(i) { order[i] = CANCELLED; seat = FREE; owner = N }
inline issueTicket(i) {
  order[i] = CONFIRMED; pay[i] = CAPTURED; seat = SOLD; owner = i; valid++;
#ifdef MAIL
  issued[i]++;
#ifndef BUG_OUTBOX
  outbox[i] = true;
#endif
#endif
}
inline sendBack(i) { pay[i] = RETURNED; refund[i] = REQUESTED }

/* The one transaction that turns money into a ticket or sends it back. */
inline settle(i, verdict, ofAttempt) {
  atomic {
    if
#ifdef BUG_FENCE
    :: verdict == CAPTURED && order[i] != CONFIRMED && pay[i] != RETURNED -> issueTicket(i)
#else
#ifdef BUG_CANCEL
    :: verdict == CAPTURED && order[i] == PENDING -> issueTicket(i)
#else
    :: verdict == CAPTURED && order[i] == PENDING && !cancelled -> issueTicket(i)
    :: verdict == CAPTURED && order[i] == PENDING && cancelled -> giveStockBack(i); sendBack(i)
#endif
#ifndef BUG_EXPIRE
    :: verdict == CAPTURED && order[i] == CANCELLED && pay[i] != RETURNED ->
       if                                          /* late: the ticket where that can still be */
#ifdef BUG_GRANT
       :: !cancelled -> issueTicket(i)
#else
       :: !cancelled && seat == FREE -> WITNESS(LATE_GRANT); issueTicket(i)
#endif
       :: WITNESS(LATE_REFUND); sendBack(i)                              /* over the buyer's limit, or one of the above is not so */
       fi
#endif
#endif
    :: verdict == DECLINED && pay[i] == PROCESSING && attempt[i] == ofAttempt ->
       pay[i] = DECLINED;
       if :: isHold[i] :: else -> giveStockBack(i) fi
    :: verdict == VOIDED && order[i] == PENDING -> pay[i] = VOIDED; giveStockBack(i)
    :: verdict == VOIDED && order[i] == CANCELLED && pay[i] == DECLINED -> pay[i] = VOIDED
    :: else
    fi;
    verdict = NONE
  }
}

/* At the provider. One intent captures once; a key that it has seen gets the answer of then. */
inline confirm(i, ofAttempt, verdict) {
  atomic {
    if
    :: intent[i] == VOIDED -> verdict = VOIDED
    :: intent[i] == CAPTURED -> verdict = CAPTURED;
#ifdef BUG_IDEM
       captures[i]++
#endif
    :: intent[i] == OPEN && (declined[i] & ofAttempt) -> verdict = DECLINED
    :: intent[i] == OPEN && !(declined[i] & ofAttempt) ->
       if
       :: intent[i] = CAPTURED; captures[i]++; verdict = CAPTURED;
          if
          :: order[i] == CANCELLED -> WITNESS(STALE)
          :: order[i] != CANCELLED && ofAttempt == 2 -> WITNESS(SECOND)
          :: else
          fi
       :: declined[i] = declined[i] | ofAttempt; verdict = DECLINED
       fi
    fi
  }
}
inline voidIntent(i, verdict) {
  atomic {
    if :: intent[i] == OPEN -> intent[i] = VOIDED :: intent[i] == CAPTURED -> WITNESS(TOO_LATE) :: intent[i] == VOIDED fi;
    verdict = intent[i]
  }
}

/* A hold's end, whoever wants it: the timer, the buyer, the cancelled event. */
inline endHold(i, verdict) {
#ifdef BUG_EXPIRE
  atomic { if :: order[i] == PENDING -> giveStockBack(i); pay[i] = VOIDED :: else fi }
#else
  atomic {
    if
    :: NO_PAYMENT_UNDER_WAY(i) -> giveStockBack(i)
    :: PAYMENT_UNDER_WAY(i) -> verdict = OPEN;
#ifdef BUG_VOID
       giveStockBack(i)
#endif
    :: else
    fi
  };
  if :: verdict == OPEN -> voidIntent(i, verdict); settle(i, verdict, 0) :: else fi
#endif
}

/* Asks the provider what became of a payment; makes sure that an order that is over cannot be charged. */
inline recover(i, verdict, seen) {
  atomic {
    if
    :: PAYMENT_UNDER_WAY(i) -> verdict = OPEN; seen = attempt[i]
    :: HAS_ENDED(i) -> verdict = OPEN
    :: else
    fi
  };
  if
  :: verdict == OPEN && seen == 0 -> voidIntent(i, verdict); settle(i, verdict, 0)
  :: verdict == OPEN && seen > 0 ->
     if
     :: atomic { intent[i] != OPEN -> verdict = intent[i] }
     :: atomic { intent[i] == OPEN && declined[i] != 0 -> verdict = DECLINED } /* perhaps of an attempt before */
     :: atomic { intent[i] == OPEN && declined[i] == 0 -> verdict = NONE };
        confirm(i, seen, verdict)                  /* again, as the same attempt */
     :: atomic { intent[i] == OPEN -> verdict = OPEN } /* its time is over */
     fi;
#ifdef BUG_STALE
     atomic {
       if
       :: verdict == DECLINED && pay[i] == PROCESSING && attempt[i] == seen -> pay[i] = VOIDED; giveStockBack(i); verdict = NONE
       :: else
       fi };
#endif
     if :: verdict == OPEN -> voidIntent(i, verdict) :: else fi;
     settle(i, verdict, seen)
  :: else
  fi;
  verdict = NONE; seen = 0
}

/* One transaction: ticket void, stock back, refund to be made. */
inline decideRefund(i) {
  atomic { if :: order[i] == CONFIRMED -> valid--; giveStockBack(i); sendBack(i) :: else fi }
}

proctype Client(byte i) {
  mtype verdict = NONE; byte n = 0; byte mine;
again:                                             /* after a crash, a lost answer, or time to think */
  atomic {
    mine = 0; verdict = NONE;
    if :: n == (i == 0 -> CALLS : RIVAL_CALLS) -> goto done :: else -> n++ fi;
    if
    :: order[i] == NONE && seat == FREE && !cancelled ->
       seat = HELD; owner = i; order[i] = PENDING;
       if :: i == 0 -> isHold[i] = true :: true fi
    :: order[i] == NONE && (seat != FREE || cancelled) -> goto done
    :: order[i] != NONE
    fi
  };
  if
  :: goto again                                    /* crash before the payment is started */
  :: atomic {
       NO_PAYMENT_UNDER_WAY(i) && !cancelled && (isHold[i] || attempt[i] == 0) ->
       attempt[i]++; mine = attempt[i]; pay[i] = PROCESSING
     }
  fi;
  if
  :: goto again                                    /* crash before the provider is called */
#ifndef NO_CRASHES
  :: atomic { i == 0 && frozen == 0 -> frozen = mine; goto again }
#endif
  :: confirm(i, mine, verdict)
  fi;
  if
  :: goto again                                    /* crash before the money is settled */
  :: settle(i, verdict, mine)
  fi;
#ifdef BUG_OUTBOX
  if :: goto again :: atomic { order[i] == CONFIRMED -> outbox[i] = true } :: order[i] != CONFIRMED fi;
#endif
  goto again;
done: skip
}

/* A process that was stopped thaws: its request still goes out, and perhaps its answer is settled. */
proctype Frozen() {
  mtype verdict = NONE; byte mine;
end:
  atomic { frozen > 0 -> mine = frozen };                    /* once */
  confirm(0, mine, verdict);
  if :: settle(0, verdict, mine) :: skip fi;
  frozen = 0
}

proctype Webhook(byte i) {                         /* what it says stays true; each may be lost */
  byte n = 0; mtype verdict = NONE;
end: do
  :: atomic { n < WEBHOOKS && intent[i] != OPEN -> n++; verdict = intent[i]; settle(i, verdict, 0) }
  :: atomic { n < WEBHOOKS && declined[i] & 1 -> n++; verdict = DECLINED; settle(i, verdict, 1) }
  :: atomic { n < WEBHOOKS && declined[i] & 2 -> n++; verdict = DECLINED; settle(i, verdict, 2) }
  :: break
  od
}

proctype Timer() {                                 /* also the buyer's give-back: at any moment */
  byte i; byte n = 0; mtype verdict = NONE;
  do
  :: atomic { n < ROUNDS -> n++; i = 0 }; endHold(i, verdict)
  :: atomic { n < ROUNDS -> n++; i = 1 }; endHold(i, verdict)
  :: break
  od
}

proctype Recovery() {
  mtype verdict = NONE; byte seen = 0;
  if :: recover(0, verdict, seen) :: skip fi
}

proctype Organizer() {
  byte i = 0; mtype verdict = NONE;
  if :: true -> decideRefund(0) :: skip fi;            /* one order; which is the same, they are alike */
  if :: goto done :: skip fi;
  cancelled = true;
  do
  :: i < N ->
     decideRefund(i);
#ifndef BUG_CANCEL
     endHold(i, verdict);
#endif
     i++
  :: i == N -> break
  od;
done: skip
}

proctype RefundJob() {                             /* at least once, under one key */
  byte i; byte n = 0;
end: do
  :: atomic { refund[0] == REQUESTED -> i = 0 }; goto work
  :: atomic { refund[1] == REQUESTED -> i = 1 }; goto work
  od;
work:
  atomic { if :: refunds[i] == 0 -> refunds[i] = 1
              :: else ->
#ifdef BUG_REFUND
                 refunds[i]++
#else
                 WITNESS(REFUND_AGAIN)
#endif
           fi };
  if :: n == 0 -> n++; goto end                    /* crash before it is written down */
     :: refund[i] = SUCCEEDED; i = 0; goto end fi
}

#ifdef MAIL
proctype Relay() {                                 /* outbox to broker; a crash between publish and mark */
end: do :: outbox[0] && queue[0] < 2 -> queue[0]++; if :: outbox[0] = false :: skip fi
        :: outbox[1] && queue[1] < 2 -> queue[1]++; if :: outbox[1] = false :: skip fi od
}
proctype Mailer() {                                /* remembers what it did */
end: do :: atomic { queue[0] > 0 -> if :: !mailKey[0] -> mailed[0]++; mailKey[0] = true :: else fi; queue[0]--; outbox[0] = false }
        :: atomic { queue[1] > 0 -> if :: !mailKey[1] -> mailed[1]++; mailKey[1] = true :: else fi; queue[1]--; outbox[1] = false } od
}
#endif

active proctype Rest() {
  byte i; mtype verdict = NONE; byte seen = 0;
  atomic {
    i = 0;
    do :: i < N -> run Client(i); i++ :: i == N -> break od;
    run Webhook(0); run Timer(); run RefundJob();
#ifndef NO_CRASHES
    run Frozen(); run Recovery();
#endif
#ifndef NO_ORGANIZER
    run Organizer();
#endif
#ifdef MAIL
    run Relay(); run Mailer();
#endif
    i = 0
  };
  timeout;                                         /* nothing moves by itself any more */
  atomic {
    do :: i < N -> recover(i, verdict, seen); endHold(i, verdict); recover(i, verdict, seen); i++ :: i == N -> break od;
    i = 0
  };
  timeout;                                         /* the refunds of that are made, too */
  atomic {
    do
    :: i < N ->
       assert(captures[i] - refunds[i] == (order[i] == CONFIRMED));    /* R1 money kept = ticket given */
       assert(!(cancelled && order[i] == CONFIRMED));                  /* R2 a cancelled event refunds all */
       assert(order[i] != PENDING && pay[i] != PROCESSING);            /* R3 nothing is stuck */
       assert(order[i] != CANCELLED || attempt[i] == 0 || intent[i] != OPEN); /* R4 what is over cannot be charged */
       assert(refund[i] != REQUESTED && (refund[i] == SUCCEEDED) == (refunds[i] == 1)); /* R5 two books agree */
#ifdef MAIL
       assert(mailed[i] == issued[i]);                                 /* R6 one mail for each order that was confirmed */
#endif
       i++
    :: i == N -> break
    od;
    assert(seat != HELD && (seat == SOLD) == (valid == 1))             /* R7 the stock is whole */;
    if :: valid == 1 -> WITNESS(SOLD_AT_REST) :: else fi
  }
}

/* What holds in every state. */
#define S1 (valid <= 1)                                              /* the seat is sold once */
#define S2 (captures[0] <= 1 && captures[1] <= 1)                    /* an order is charged once */
#define S3 (refunds[0] <= captures[0] && refunds[1] <= captures[1])  /* money goes back once */
#define S4(i) (order[i] != CONFIRMED || (seat == SOLD && owner == i && intent[i] == CAPTURED && pay[i] == CAPTURED && refund[i] == NONE))
#define S5(i) ((order[i] != PENDING && pay[i] != PROCESSING) || (order[i] == PENDING && seat == HELD && owner == i))
#define S6(i) (refunds[i] == 0 || refund[i] != NONE)
active proctype Always() {
end: do
  :: atomic { !S1 -> assert(S1) }
  :: atomic { !S2 -> assert(S2) }
  :: atomic { !S3 -> assert(S3) }
  :: atomic { !(S4(0) && S4(1)) -> assert(S4(0)); assert(S4(1)) }
  :: atomic { !(S5(0) && S5(1)) -> assert(S5(0)); assert(S5(1)) }
  :: atomic { !(S6(0) && S6(1)) -> assert(S6(0)); assert(S6(1)) }
  od
}
