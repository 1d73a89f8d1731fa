// The page's entry: connects to the page server and draws the app. Nothing else imports it.

import './styles/theme.css'
import './styles/app.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { connect } from './connection.ts'
import { applyTheme } from './theme.ts'

applyTheme()
connect()
const root = document.getElementById('app')
if (root) render(<App />, root)
