"""As a handler's module it fails; nobody else imports it."""

import nodep
