import "pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/print.css";
import { mount } from "svelte";
import { takeToken } from "./backend/token";
import App from "./views/App.svelte";

takeToken();
const target = document.getElementById("app");
if (target) mount(App, { target });
