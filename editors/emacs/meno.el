;;; meno.el --- Hints that do not tell, for Python  -*- lexical-binding: t; -*-

;; Author: The Meno authors
;; Version: 0.1.0
;; Package-Requires: ((emacs "29.1"))
;; Keywords: languages, tools
;; URL: https://github.com/meno-lsp/meno

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Meno is a language server that shows learners of Python where to look and
;; asks what a good teaching assistant would ask.  This file tells eglot and
;; lsp-mode of it, and adds commands for what the server can be asked.
;;
;;   (require 'meno)
;;   (meno-setup)
;;
;; Then `M-x eglot' or `M-x lsp' in a Python buffer, and `M-x meno-next-hint'
;; on a line with a finding.  Hints and questions open as Markdown documents:
;; an answer is written into the document and saved.

;;; Code:

(require 'cl-lib)
(require 'seq)
(require 'subr-x)

(defgroup meno nil
  "Hints that do not tell, for Python."
  :group 'tools
  :prefix "meno-")

(defcustom meno-command '("meno" "lsp")
  "The program that is the server, and its arguments."
  :type '(repeat string))

(defcustom meno-settings nil
  "Settings of the server, an alist from a name below `meno.' to its value.
For example \\='((maxHintLevel . 3) (disabledRules . [\"ME101\"])).  After a
change, `meno-apply-settings' tells the servers that run."
  :type '(alist :key-type symbol :value-type sexp))

(defconst meno--modes '(python-mode python-ts-mode))

;; What the clients offer; neither has to be there.
(defvar eglot-server-programs)
(defvar eglot-workspace-configuration)
(defvar lsp-language-id-configuration)
(declare-function eglot-current-server "eglot")
(declare-function eglot-code-actions "eglot")
(declare-function eglot-execute "eglot")
(declare-function eglot-signal-didChangeConfiguration "eglot")
(declare-function lsp-stdio-connection "lsp-mode")
(declare-function lsp-activate-on "lsp-mode")
(declare-function lsp-register-client "lsp-mode")
(declare-function lsp-register-custom-settings "lsp-mode")
(declare-function lsp-configuration-section "lsp-mode")
(declare-function lsp-execute-code-action "lsp-mode")
(declare-function lsp-find-workspace "lsp-mode")
(declare-function lsp-request-async "lsp-mode")
(declare-function lsp-request "lsp-mode")
(declare-function lsp-notify "lsp-mode")
(declare-function lsp-get "lsp-protocol")
(declare-function lsp--text-document-identifier "lsp-mode")
(declare-function lsp--region-to-range "lsp-mode")
(declare-function lsp-workspaces "lsp-mode")
(declare-function make-lsp-client "lsp-mode")
(declare-function jsonrpc-async-request "jsonrpc")
(declare-function jsonrpc-request "jsonrpc")

;;;###autoload
(defun meno-setup ()
  "Tell eglot and lsp-mode of the server, whichever is there or comes later."
  (interactive)
  (with-eval-after-load 'eglot (meno--setup-eglot))
  (with-eval-after-load 'lsp-mode (meno--setup-lsp-mode)))

(defun meno--setup-eglot ()
  "Make eglot start the server in Python buffers."
  (add-to-list 'eglot-server-programs
               (cons meno--modes (lambda (&rest _) meno-command)))
  (when meno-settings
    (meno--tell-eglot)))

(defun meno--setup-lsp-mode ()
  "Make lsp-mode start the server beside another one in Python buffers."
  (meno--tell-lsp-mode)
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (lambda () meno-command))
                    :activation-fn (lsp-activate-on "python")
                    :server-id 'meno
                    :add-on? t
                    :synchronize-sections '("meno"))))

;;; Settings

(defun meno--tell-eglot ()
  "Give the settings to eglot."
  (let (plist)
    (pcase-dolist (`(,name . ,value) meno-settings)
      (setq plist (plist-put plist (intern (format ":%s" name)) value)))
    (setq-default eglot-workspace-configuration
                  (plist-put (copy-sequence (default-value 'eglot-workspace-configuration))
                             :meno plist))))

(defun meno--tell-lsp-mode ()
  "Give the settings to lsp-mode."
  (lsp-register-custom-settings
   (mapcar (pcase-lambda (`(,name . ,value)) (list (format "meno.%s" name) value))
           meno-settings)))

(defun meno-apply-settings ()
  "Tell the server of this buffer about a change of `meno-settings'."
  (interactive)
  (pcase (meno--client)
    ('eglot
     (meno--tell-eglot)
     (eglot-signal-didChangeConfiguration (eglot-current-server)))
    ('lsp-mode
     (meno--tell-lsp-mode)
     (lsp-notify "workspace/didChangeConfiguration"
                 (list :settings (lsp-configuration-section "meno"))))))

;;; Asking the server, through either client

(defun meno--client ()
  "The client that serves this buffer."
  (cond ((and (featurep 'eglot) (eglot-current-server)) 'eglot)
        ((and (featurep 'lsp-mode) (lsp-workspaces)) 'lsp-mode)
        (t (user-error "No server runs in this buffer: start it with M-x eglot or M-x lsp"))))

(defun meno--uri ()
  "The address of this buffer's file, as the client writes it."
  (pcase (meno--client)
    ('eglot (plist-get (with-no-warnings (eglot--TextDocumentIdentifier)) :uri))
    ('lsp-mode (plist-get (lsp--text-document-identifier) :uri))))

(defun meno--execute (command &optional arguments then)
  "Run COMMAND of the server with ARGUMENTS, a vector; THEN takes the answer.
Long work goes on under progress, so this does not wait."
  (let ((params (list :command command :arguments (or arguments (vector (meno--uri)))))
        (answered (or then #'ignore)))
    (pcase (meno--client)
      ('eglot
       (jsonrpc-async-request (eglot-current-server) :workspace/executeCommand params
                              :timeout 60
                              :success-fn answered
                              :error-fn (lambda (problem)
                                          (message "Meno: %s" (plist-get problem :message)))))
      ('lsp-mode
       (lsp-request-async "workspace/executeCommand" params answered :mode 'detached)))))

(defun meno--actions ()
  "The code actions for this line, of either client's kind."
  (let ((beg (line-beginning-position)) (end (line-end-position)))
    (pcase (meno--client)
      ('eglot (eglot-code-actions beg end))
      ('lsp-mode
       (append (lsp-request "textDocument/codeAction"
                            (list :textDocument (lsp--text-document-identifier)
                                  :range (lsp--region-to-range beg end)
                                  :context (list :diagnostics [])))
               nil)))))

(defun meno--title (action)
  "The title of ACTION, of either client's kind."
  (or (if (hash-table-p action) (gethash "title" action) (plist-get action :title)) ""))

(defun meno--act (beginning otherwise)
  "Run the action of this line whose title has BEGINNING, or say OTHERWISE."
  (let* ((found (seq-filter (lambda (action) (string-prefix-p beginning (meno--title action)))
                            (meno--actions)))
         (action (if (cdr found)
                     (let ((title (completing-read "There are several findings here: "
                                                   (mapcar #'meno--title found) nil t)))
                       (seq-find (lambda (each) (equal (meno--title each) title)) found))
                   (car found))))
    (cond ((null action) (message "%s" otherwise))
          ((eq (meno--client) 'eglot) (eglot-execute (eglot-current-server) action))
          (t (lsp-execute-code-action action)))))

(defconst meno--nothing "Meno has no finding on this line.")

;;; Commands

(defun meno-next-hint ()
  "Climb one rung of the hint ladder of this line."
  (interactive)
  (meno--act "Next hint" "That was the last hint for this line, as far as your settings allow."))

(defun meno-ask ()
  "Be asked a question about the finding on this line."
  (interactive)
  (meno--act "Ask me a question" meno--nothing))

(defun meno-change ()
  "Make the smallest repair on this line; only with `maxHintLevel' 5."
  (interactive)
  (meno--act "Change it"
             "There is no change to make here, or your settings keep it back (maxHintLevel 5)."))

(defun meno-fine-here ()
  "Mark the finding on this line as meant."
  (interactive)
  (meno--act "This is fine here" meno--nothing))

(defun meno-run-tests ()
  "Run the cases of this program and hint at what fails."
  (interactive)
  (meno--execute "meno.runTests"))

(defun meno-explain-failure ()
  "Explain why this program fails."
  (interactive)
  (meno--execute "meno.explainFailure"))

(defun meno-smallest-change ()
  "Find out whether a small change is enough, and where."
  (interactive)
  (meno--execute "meno.smallestChange"))

(defun meno-stop-run ()
  "Stop the run of this program; what is known by then is told."
  (interactive)
  (meno--execute "meno.stopRun"))

(defun meno-forget-run ()
  "Forget the last run and what it has marked."
  (interactive)
  (meno--execute "meno.forgetRun"))

(defun meno-explain-report (beg end)
  "Explain the traceback between BEG and END; nothing is run."
  (interactive "r")
  (meno--execute "meno.explainReport" (vector (buffer-substring-no-properties beg end))))

(defun meno-where-to-look ()
  "Rank the likeliest lines of this program."
  (interactive)
  (meno--execute "meno.whereToLook"))

(defun meno-where-from ()
  "Say what the style of the code at point resembles."
  (interactive)
  (meno--execute "meno.whereFrom" (vector (meno--uri) (1- (line-number-at-pos)))))

(defun meno-show-settings ()
  "Show the settings that hold, and where each came from."
  (interactive)
  (meno--execute
   "meno.effectiveSettings" []
   (lambda (answer)
     (with-help-window "*meno settings*"
       (princ (pp-to-string answer))))))

(provide 'meno)
;;; meno.el ends here
