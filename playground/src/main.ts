// Starts the page. The nonce is what lets the editor bring its own style sheet under a strict policy.

import "./style.css";
import { Page } from "./page";

const nonce = document.querySelector<HTMLLinkElement>("link[nonce]")?.nonce ?? "";
new Page(nonce);
