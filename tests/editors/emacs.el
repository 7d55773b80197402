;;; emacs.el --- Drives a real Emacs with meno.el and either client  -*- lexical-binding: t; -*-

;; Called by test_emacs.py in batch mode with MENO_CLIENT (eglot or lsp-mode), MENO_COMMAND, MENO_PACKAGE, MENO_FILE
;; and MENO_SEEN; writes what a person would see as JSON.

;; The tree has no compiler that it could call.
(setq native-comp-enable-subr-trampolines nil native-comp-jit-compilation nil)

(require 'json)
(require 'cl-lib)

(defvar patience 40)
(defvar seen nil)
(defvar client (getenv "MENO_CLIENT"))

(defun see (name value)
  (push (cons name value) seen))

(defun be-idle ()
  "Do what waits for an idle Emacs: in batch mode nobody types, and so nobody ever pauses."
  (dolist (timer (copy-sequence timer-idle-list))
    (timer-event-handler timer)))

(defun wait-for (what condition)
  "Wait until CONDITION returns something, and return that."
  (let ((end (+ (float-time) patience)) found)
    (while (not (setq found (funcall condition)))
      (when (> (float-time) end)
        (error "Nothing came of: %s" what))
      (be-idle)
      (accept-process-output nil 0.05)
      (sit-for 0))
    found))

(defun messages-of-findings ()
  "What the findings of this buffer say."
  (if (equal client "eglot")
      (progn (flymake-start) (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))
    (let (found)
      (maphash (lambda (_ diagnostics)
                 (dolist (each diagnostics)
                   (push (lsp-get each :message) found)))
               (lsp-diagnostics t))
      found)))

(defun finding (part)
  (cl-find-if (lambda (text) (string-match-p (regexp-quote part) text)) (messages-of-findings)))

(defun wait-for-finding (part)
  (wait-for part (lambda () (finding part))))

(defun wait-until-gone (part)
  (wait-for (concat "the end of " part) (lambda () (not (finding part)))))

(defun replace-text (text)
  (erase-buffer)
  (insert text)
  (undo-boundary))

(defun document (part)
  "The text of a document that the server has shown, if it holds PART."
  (cl-some (lambda (buffer)
             (let ((name (or (buffer-file-name buffer) "")))
               (when (string-match-p "meno-hints-" name)
                 (with-current-buffer buffer
                   (when (string-match-p (regexp-quote part) (buffer-string))
                     (cons buffer (buffer-string)))))))
           (buffer-list)))

(defun hover ()
  (if (equal client "eglot")
      (let ((answer (jsonrpc-request
                     (eglot-current-server) :textDocument/hover
                     (with-no-warnings (eglot--TextDocumentPositionParams)))))
        (plist-get (plist-get answer :contents) :value))
    (lsp-get (lsp-get (lsp-request "textDocument/hover" (lsp--text-document-position-params)) :contents)
             :value)))

(defun start ()
  (push (getenv "MENO_PACKAGE") load-path)
  ;; A package that is installed is known from the start; batch mode begins without packages.
  (require 'markdown-mode)
  (require 'meno)
  (setq meno-command (append (json-parse-string (getenv "MENO_COMMAND")) nil)
        meno-settings '((maxHintLevel . 5)))
  (meno-setup)
  (setq enable-local-variables :safe make-backup-files nil create-lockfiles nil)
  (find-file (getenv "MENO_FILE"))
  (buffer-enable-undo)
  (if (equal client "eglot")
      (progn (require 'eglot)
             (setq eglot-sync-connect 20)
             (call-interactively #'eglot))
    (require 'lsp-mode)
    (setq lsp-auto-guess-root t lsp-enabled-clients '(meno) lsp-diagnostics-provider :none
          lsp-warn-no-matched-clients nil lsp-session-file (expand-file-name "session" temporary-file-directory))
    (setq lsp-diagnostics-provider :flymake)
    (lsp)
    (wait-for "the server" (lambda () (and (lsp-workspaces) (lsp-feature? "textDocument/hover")))))
  (see 'version emacs-version))

(defun the-ladder-is-climbed ()
  (replace-text "print(nope)\n")
  (see 'message (wait-for-finding "nope"))
  (goto-char (point-min))
  (forward-char 7)
  (see 'hover (hover))
  (meno-next-hint)
  (see 'first (cdr (wait-for "the hint" (lambda () (document "spelt exactly alike"))))))

(defun a-question-is-answered ()
  (meno-ask)
  (let ((question (wait-for "the question" (lambda () (document "Write your answer below this line")))))
    (see 'question (cdr question))
    (with-current-buffer (car question)
      (goto-char (point-max))
      (insert "\nIt is never given a value.\n")
      (let ((save-silently t)) (save-buffer)))
    (see 'dialogue (cdr (wait-for "the next turn" (lambda () (document "> It is never given a value.")))))))

(defun a-setting-is-changed ()
  (setq meno-settings '((maxHintLevel . 5) (disabledRules . ["ME101"])))
  (meno-apply-settings)
  (wait-until-gone "nope")
  (setq meno-settings '((maxHintLevel . 5) (disabledRules . [])))
  (meno-apply-settings)
  (wait-for-finding "nope"))

(defun the-change-is-made-and-undone ()
  (replace-text "total = 0\nfor price in [1, 2]:\n    total =+ price\nprint('😀', total)\n")
  (see 'mistake (wait-for-finding "forgets the old one"))
  (goto-char (point-min))
  (forward-line 2)
  (undo-boundary)
  (meno-change)
  (see 'changed (buffer-string))
  (wait-until-gone "forgets the old one")
  (undo-boundary)
  (let ((last-command nil)) (undo))
  (see 'undone (buffer-string))
  (wait-for-finding "forgets the old one"))

(defun the-tests-are-run ()
  (replace-text "def half(n):\n    return n // 0\n\n\nassert half(4) == 2\n")
  (let ((save-silently t)) (save-buffer))
  (unless (equal client "eglot")
    (require 'lsp-lens)
    (lsp-lens-mode 1)
    (lsp-lens-refresh t)
    (wait-for "the lens" (lambda () (cl-some (lambda (overlay) (overlay-get overlay 'lsp-lens))
                                             (overlays-in (point-min) (point-max))))))
  (cl-letf (((symbol-function 'completing-read)
             (lambda (_ choices &rest _)
               (let ((title (cl-find "Run it" (all-completions "" choices) :test #'string-prefix-p)))
                 (see 'asked title)
                 title))))
    (meno-run-tests)
    (see 'run (wait-for-finding "ZeroDivisionError"))))

(defun a-run-is-stopped ()
  (replace-text "def turn(n):\n    while True:\n        n = n + 1\n    return n\n\n\nassert turn(1) == 2\n")
  (meno-run-tests)
  ;; The server counts a run from when it has taken it up; stopping sooner would stop nothing.
  (wait-for "the run" (lambda () (with-temp-buffer
                                   (insert-file-contents (getenv "MENO_LOG"))
                                   (= 2 (how-many "Meno runs lesson.py\", \"kind\": \"begin\"")))))
  (meno-stop-run))

(condition-case problem
    (progn
      (start)
      (the-ladder-is-climbed)
      (a-question-is-answered)
      (switch-to-buffer (find-buffer-visiting (getenv "MENO_FILE")))
      (a-setting-is-changed)
      (the-change-is-made-and-undone)
      (the-tests-are-run)
      (a-run-is-stopped))
  (error (see 'problem (error-message-string problem))
         (see 'findings (vconcat (ignore-errors (messages-of-findings))))))
(let ((coding-system-for-write 'utf-8))
  (write-region (json-encode seen) nil (getenv "MENO_SEEN")))
(cond ((and (featurep 'eglot) (eglot-current-server))
       (ignore-errors (eglot-shutdown (eglot-current-server))))
      ((featurep 'lsp-mode) (ignore-errors (mapc #'lsp-workspace-shutdown (lsp-workspaces)))))
(set-buffer-modified-p nil)
(kill-emacs 0)
