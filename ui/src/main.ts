import "pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/print.css";
import { mount } from "svelte";
import { takeToken } from "./backend/token";
import Door from "./views/Door.svelte";

takeToken();
const target = document.getElementById("app");
if (target) mount(Door, { target });
